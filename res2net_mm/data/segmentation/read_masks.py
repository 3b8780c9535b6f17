"""Reads every label mask of a folder, and what the labels in them mean; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.label_map_census import MaskCensus, count_labels
from res2net_mm.formats.label_maps import MaskedImages, find_masks
from res2net_mm.formats.label_names import Labels, name_labels
from res2net_mm.formats.masked_splits import choose_masked_splits


@dataclass(frozen=True)
class MaskedFolder:
    """What a folder's masks say.

    Attributes:
        labels: the classes and the ignored label.
        parts: train, val, and test where it is not val.
        censuses: of each of these, the labels in its masks.
        findings: what was noticed or left out.
    """

    labels: Labels
    parts: Mapping[str, MaskedImages]
    censuses: Mapping[str, MaskCensus]
    findings: tuple[Finding, ...]


def read_masks(
    root: Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    on_fault: OnFault = stop_at,
) -> MaskedFolder | None:
    """The masks of a folder, every one of them read; None if it has none.

    Args:
        root: the folder; nothing is written anywhere.
        classes: names of the classes, if the folder does not tell them or tells others.
        ignore_index: the label to ignore, likewise.
        on_fault: called with what no training can begin with, and what can be read without it is.

    Raises:
        UserError: nothing can be made of the folder, or ``on_fault`` raises.
    """
    layout, found, findings = find_masks(root)
    if not found:
        return None
    parts, notes = choose_masked_splits(root, found)
    findings += notes
    own = {name: part for name, part in parts.items() if name != 'test' or part is not parts['val']}
    censuses = {n: count_labels(part, what=n, on_fault=on_fault) for n, part in own.items()}
    everything = MaskCensus()
    for census in censuses.values():
        everything |= census
    labels = name_labels(
        root,
        everything,
        layout=layout,
        image_names=[Path(name).name for part in own.values() for name in part.names],
        classes=classes,
        ignore_index=ignore_index,
        on_fault=on_fault,
    )
    pixels = censuses['train'].pixels[labels.first :]
    unseen = [name for i, name in enumerate(labels.classes) if not pixels[i]]
    if unseen:
        what = 'classes without a pixel to train on'
        fix = 'label some, or take the class out of the names'
        mask_dir = own['train'].mask_dir
        findings.append(Finding(mask_dir, what, len(unseen), first_few(unseen), fix))
    return MaskedFolder(labels, own, censuses, tuple(findings))
