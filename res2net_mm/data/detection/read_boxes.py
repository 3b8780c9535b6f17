"""Reads the boxes of a folder and cleans them; nothing is counted or written yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.data.detection.coco_check import clean, read_categories
from res2net_mm.formats.coco import LabelledImages, find_coco
from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.splits import choose_splits
from res2net_mm.formats.voc import find_voc


@dataclass(frozen=True)
class LabelledFolder:
    """What a folder's labels say, read and cleaned.

    Attributes:
        layout: ``coco`` or ``voc``.
        categories: those of the training split, in the order of the labels.
        parts: train, val, and test where it is not val.
        findings: what was noticed, mended or left out.
    """

    layout: str
    categories: list[dict]
    parts: Mapping[str, LabelledImages]
    findings: tuple[Finding, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names, in the order of the labels."""
        return tuple(entry['name'] for entry in self.categories)


def read_boxes(root: Path, on_fault: OnFault = stop_at) -> LabelledFolder | None:
    """The boxes of a folder in COCO or VOC layout; None if it is in neither.

    Args:
        root: the folder; nothing is written anywhere.
        on_fault: called with what no training can begin with, and what can be read without it is.

    Raises:
        UserError: nothing can be made of the folder, or ``on_fault`` raises.
    """
    layout, found, findings = 'coco', find_coco(root), []
    if not found:
        layout, (found, findings) = 'voc', find_voc(root, on_fault)
    if not found:
        return None
    parts, notes = choose_splits(root, found)
    findings += notes
    categories, notes = read_categories(parts['train'])
    findings += notes
    own = {name: part for name, part in parts.items() if name != 'test' or part is not parts['val']}
    counted = {}
    for name, part in own.items():
        own[name], notes = clean(part, categories, on_fault)
        findings += notes
        counted[name] = Counter(
            entry['category_id']
            for entry in own[name].content['annotations']
            if not entry['iscrowd']
        )
        if not counted[name]:
            what = f'boxes of the split {name!r} that can be used'
            on_fault(Finding(part.file, what, 0, fix='label some, or mend those there are'))
    unseen = [entry['name'] for entry in categories if not counted['train'][entry['id']]]
    if unseen:
        what = 'classes without a box to train on'
        fix = 'label some, or take the class out of the categories'
        findings.append(Finding(own['train'].file, what, len(unseen), first_few(unseen), fix))
    return LabelledFolder(layout, categories, own, tuple(findings))
