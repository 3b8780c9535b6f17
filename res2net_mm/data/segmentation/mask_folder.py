"""Recognises a folder of images with label maps: its splits, classes and ignored label."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from res2net_mm.data.recognised import RecognisedFolder, recognise_as, with_test_split
from res2net_mm.data.segmentation.known_labels import as_known
from res2net_mm.data.segmentation.listed_pairs import ListedPairs, list_pairs
from res2net_mm.errors import UserError, argument
from res2net_mm.formats import (
    LABEL_MAPS,
    Findings,
    LabelMapImages,
    describe_recognised,
    find_reader,
    read_folder,
)
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.label_maps.census import LabelCensus, count_labels, merged
from res2net_mm.formats.label_maps.class_names import name_labels
from res2net_mm.formats.label_maps.class_table import read_table, table_files, table_folders
from res2net_mm.formats.label_maps.encoding import IGNORED
from res2net_mm.formats.label_maps.known_sets import known_set
from res2net_mm.formats.label_maps.labels import Labels
from res2net_mm.formats.label_maps.map_file import LOSSY
from res2net_mm.formats.label_maps.saliency import THRESHOLD, salient_labels
from res2net_mm.formats.label_maps.tree import JPEG, core
from res2net_mm.formats.splits import choose_splits
from res2net_mm.tables import align


@dataclass(frozen=True)
class MaskSplit:
    """One split, as training and evaluation read it.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        files: Its images and their label maps.
        pixels: (classes,) int64, how many pixels each class has.
        ignored: Number of pixels that are neither trained on nor counted.
        direct: Whether training reads from its label maps what they hold.
        listed: What training reads; None before it is written.
    """

    name: str
    files: LabelMapImages
    pixels: npt.NDArray[np.int64]
    ignored: int
    direct: bool
    listed: ListedPairs | None = None


@dataclass(frozen=True)
class SegmentationFolder(RecognisedFolder[MaskSplit]):
    """A recognised folder of images with label maps; ``labels`` are what their pixels mean."""

    labels: Labels

    def table(self) -> list[str]:
        """Return the images of each split, and the share of each class."""
        parts = self.splits.values()
        rows = [['', *(part.name for part in parts)]]
        rows.append(['images', *(str(len(part.files.images)) for part in parts)])
        for i, name in enumerate(self.classes):
            rows.append([name, *(_share(part.pixels[i], part.pixels.sum()) for part in parts)])
        ignored = (_share(part.ignored, part.ignored + part.pixels.sum()) for part in parts)
        rows.append(['ignored', *ignored])
        return [*align(rows), 'classes in % of the pixels that count, ignored in % of all']


def recognise_masks(
    root: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
    salient: bool = False,
) -> SegmentationFolder:
    """Find out what is in a folder of label maps; the folder itself is never changed.

    Args:
        root: The folder.
        out_dir: Folder for the list of each split's images, and for label maps that training cannot
            read as they are.
        classes: As in :func:`read_labels`.
        ignore_index: As in :func:`read_labels`.
        training: As in :func:`read_labels`.
        layout: As in :func:`read_labels`.
        known: As in :func:`read_labels`.
        salient: As in :func:`read_labels`.

    Raises:
        UserError: No label maps are found, or something in the folder has to be mended first.
    """
    out_dir = Path(out_dir).absolute()

    def prepare(folder: SegmentationFolder, split: MaskSplit) -> MaskSplit:
        encoding = folder.labels.encoding
        listed = list_pairs(split.files, split.name, out_dir, encoding, direct=split.direct)
        return replace(split, listed=listed)

    return recognise_as(
        LABEL_MAPS,
        read_labels,
        prepare,
        root,
        classes=classes,
        ignore_index=ignore_index,
        training=training,
        layout=layout,
        known=known,
        salient=salient,
    )


def read_labels(
    root: Path,
    findings: Findings,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
    salient: bool = False,
) -> SegmentationFolder | None:
    """Read every label map of a folder and count its pixels; nothing is written.

    Args:
        root: The folder.
        findings: Receives what was noticed or left out.
        classes: Names of the classes, if the folder has none or others are wanted.
        ignore_index: The label to ignore, if the folder does not tell it or another is wanted.
        training: Whether the folder is for training; otherwise all its images may be tested on.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.
        known: Classes of the checkpoint to test. The folder's classes must be among them.
        salient: Whether the label maps are masks of salient objects: black and white, with grey
            edges.

    Returns:
        The folder, every split listed where it was read from; None if it has no label maps.

    Raises:
        UserError: Nothing can be made of the folder, or ``findings`` stop at an error.
    """
    read = read_folder(root, LABEL_MAPS, findings, layout)
    if read is None:
        return None
    layout, found = read
    if not salient:
        found = _without_jpeg(found, findings)
    parts: dict[str, LabelMapImages] = choose_splits(found, findings, training=training)
    if salient:
        if classes or ignore_index is not None:
            given = f'{argument("classes")} and {argument("ignore_index")}'
            raise UserError(f'{given} are for label maps: masks of salient objects have neither')
        for part in parts.values():
            jpeg = _in_jpeg(part)
            findings.add(NOTE, part.map_dir, f'masks in JPEG, salient above {THRESHOLD}', jpeg)
        censuses = {
            name: count_labels(part, name, findings, lossy=True) for name, part in parts.items()
        }
        labels = salient_labels(merged(censuses.values()), findings)
    else:
        labels, censuses = count_and_name(
            root, parts, findings, classes=classes, ignore_index=ignore_index, known=known
        )
    if known is not None and not salient:
        pixels = np.sum([*map(labels.encoding.count, censuses.values())], axis=0)
        labels = as_known(labels, pixels, known, next(iter(parts.values())).map_dir, findings)
    splits = {}
    for name, part in parts.items():
        empty = labels.encoding.ignored_alone(censuses[name], labels.ignored | {IGNORED})
        what = f'label maps of {name} in which every pixel is ignored'
        firsts, count = [seen.first for seen in empty], sum(seen.maps for seen in empty)
        fix = 'label them, or take them away with their images'
        findings.add(PROBLEM, part.map_dir, what, firsts, fix, count=count or None)
        pixels = labels.encoding.count(censuses[name])
        of_classes = pixels[labels.first : labels.last + 1]
        ignored = int(pixels.sum() - of_classes.sum())
        splits[name] = MaskSplit(name, part, of_classes, ignored, censuses[name].direct)
    splits = with_test_split(splits)
    if 'train' in splits:
        train = splits['train']
        unseen = [name for i, name in enumerate(labels.classes) if not train.pixels[i]]
        fix = 'label some, or take the class out of the names'
        what = 'classes without a pixel to train on'
        if len(unseen) < len(labels.classes):  # else something worse has been found
            findings.add(PROBLEM, train.files.map_dir, what, unseen, fix)
    said = describe_recognised(root, find_reader(layout), found, labels.classes, labels.source)
    return SegmentationFolder(
        root, layout, labels.classes, splits, said, tuple(findings), labels=labels
    )


def count_and_name(
    root: Path,
    parts: Mapping[str, LabelMapImages],
    findings: Findings,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    known: Sequence[str] | None = None,
) -> tuple[Labels, dict[str, LabelCensus]]:
    """Return what the labels in some splits mean, and what the label maps of each hold.

    Args:
        root: The folder.
        parts: Splits of the folder.
        findings: Receives what was noticed.
        classes: See :func:`read_labels`.
        ignore_index: See :func:`read_labels`.
        known: See :func:`read_labels`.

    Raises:
        UserError: Nothing can be made of the labels, or ``findings`` stop at an error.
    """
    censuses = {name: count_labels(part, name, findings) for name, part in parts.items()}
    everything = merged(censuses.values())
    files = [file for part in parts.values() for file in part.map_files]
    tables = list(table_files(table_folders(root, files)))
    images = {core(Path(name).stem) for part in parts.values() for name in part.images}
    named = classes or any(map(read_table, tables)) or known_set(everything, images, files)
    if known is not None and not named:
        classes = known
    labels = name_labels(
        root,
        everything,
        tables=tables,
        images=images,
        maps=files,
        classes=classes,
        ignore_index=ignore_index,
        findings=findings,
    )
    return labels, censuses


def _without_jpeg(
    found: Mapping[str, LabelMapImages], findings: Findings
) -> dict[str, LabelMapImages]:
    """Leave out images whose label map is JPEG, unless all are: those are refused when read."""
    count = sum(len(_in_jpeg(part)) for part in found.values())
    if count in (0, sum(len(part.maps) for part in found.values())):
        return {**found}
    kept = {}
    for name, part in found.items():
        jpeg = _in_jpeg(part)
        what = f'images whose label map is JPEG, which {LOSSY.split(":")[0]}, left out'
        findings.add(PROBLEM, part.map_dir, what, jpeg, 'save their label maps as PNG')
        images = dict(zip(part.maps, part.image_files, strict=True))
        lossy = {images[name] for name in jpeg}
        rest = part.subset(_outside(lossy))
        if rest.images:
            kept[name] = rest
    return kept


def _outside(files: Collection[Path]) -> Callable[[int, Path], bool]:
    return lambda _, file: file not in files


def _in_jpeg(part: LabelMapImages) -> list[str]:
    return [name for name in part.maps if name.lower().endswith(JPEG)]


def _share(part: int, whole: int) -> str:
    return f'{100 * part / max(1, whole):.2f}'
