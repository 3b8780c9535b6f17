"""Gives the labels of a test set as a checkpoint numbers them, by the names of the classes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from res2net_mm.formats import Findings, first_few
from res2net_mm.formats.findings import ERROR, NOTE
from res2net_mm.formats.label_maps.encoding import IGNORED, Encoding
from res2net_mm.formats.label_maps.labels import Labels


def as_known(
    labels: Labels,
    pixels: npt.NDArray[np.int64],
    known: Sequence[str],
    map_dir: Path,
    findings: Findings,
) -> Labels:
    """Return the labels of a folder among those of a checkpoint.

    Args:
        labels: Labels of the folder. They are returned unchanged if the classes are the known ones.
        pixels: (256,) int64, number of pixels of each label of the folder.
        known: Classes of the checkpoint.
        map_dir: Folder of the label maps, for messages.
        findings: Receives classes in the folder that are unknown, which is an error, and known
            classes that do not occur.

    Raises:
        UserError: ``findings`` stop at the error.
    """
    counts = pixels[labels.first : labels.last + 1].tolist()
    present = [name for name, count in zip(labels.classes, counts, strict=True) if count]
    what = f'classes that the checkpoint does not know (it has {", ".join(first_few(known, 10))})'
    fix = 'name the classes as the checkpoint does, or test one that was trained on these'
    findings.add(ERROR, map_dir, what, [name for name in present if name not in known], fix)
    what = 'classes of the checkpoint without a pixel here, which get no score'
    findings.add(NOTE, map_dir, what, [name for name in known if name not in present])
    if labels.classes == tuple(known):
        return labels
    new = {
        label: known.index(name) if name in known else IGNORED
        for label, name in enumerate(labels.classes, start=labels.first)
    }
    same = all(label == number for label, number in new.items())
    if labels.encoding.is_direct and same and labels.ignore_index >= len(known):
        return replace(labels, classes=tuple(known))
    values, colours = labels.encoding.values, labels.encoding.colours
    if colours is not None:
        encoding = Encoding(colours={c: new.get(label, IGNORED) for c, label in colours.items()})
    elif values is not None:
        encoding = Encoding(values={v: new.get(label, IGNORED) for v, label in values.items()})
    else:
        encoding = Encoding(values=new)
    return replace(labels, classes=tuple(known), ignore_index=IGNORED, encoding=encoding)
