"""Recognises a folder of images with boxes: its layout, classes and splits, ready to train on."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from res2net_mm.data.detection.read_boxes import LabelledFolder, read_boxes
from res2net_mm.errors import UserError
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.formats import coco, voc
from res2net_mm.formats.coco import LabelledImages
from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.whole_file import whole_file


@dataclass(frozen=True)
class Split:
    """One split, as training and evaluation read it.

    Attributes:
        name: train, val or test.
        ann_file: its labels as a COCO file: the folder's own, or the mended copy.
        image_dir: what the file names in it are relative to.
        images: number of images.
        boxes: number of boxes that count, without crowds and VOC's difficult ones.
        boxes_by_size: the same for each of COCO's size bins, by area in the image as it is. An area
            on a limit counts in both bins, as in the table of results.
        boxes_by_class: the same for each class.
        ignored: number of crowd or difficult boxes: neither trained on nor counted in evaluation.
        masks: number of the counting boxes that have a mask.
        empty: number of images without any box.
    """

    name: str
    ann_file: Path
    image_dir: Path
    images: int
    boxes: int
    boxes_by_size: Mapping[str, int]
    boxes_by_class: Mapping[str, int]
    ignored: int
    masks: int
    empty: int


@dataclass(frozen=True)
class DetectionFolder:
    """A recognised folder.

    Attributes:
        root: the folder.
        layout: ``coco`` or ``voc``.
        classes: names in the order of the labels: by category id (COCO), by alphabet (VOC).
        splits: train, val and test. The test split is the val split where none has labels.
        findings: what was noticed, mended or left out.
    """

    root: Path
    layout: str
    classes: tuple[str, ...]
    splits: Mapping[str, Split]
    findings: tuple[Finding, ...]

    @property
    def has_masks(self) -> bool:
        """Whether every box has a mask."""
        return all(split.masks == split.boxes for split in self.splits.values())

    def summary(self) -> str:
        """The report to print before training: images and boxes per split and size, findings."""
        some = ', '.join(first_few(self.classes, 12)) + (', ...' if len(self.classes) > 12 else '')
        names = [size_bin.name for size_bin in COCO_BINS]
        header = ['split', 'images', 'boxes', *names, 'ignored', 'empty']
        rows = [
            [s.name, s.images, s.boxes, *s.boxes_by_size.values(), s.ignored, s.empty]
            for s in self.splits.values()
        ]
        limits = ', '.join(f'{size_bin.name} {size_bin.limits}' for size_bin in COCO_BINS)
        lines = [
            f'{self.root}: {self.layout.upper()} layout, {len(self.classes)} classes ({some})',
            *('  ' + _table_row(*row) for row in [header, *rows]),
            f'  sizes in px^2 of area: {limits}; ignored: crowd or difficult; empty: no boxes',
            *(f'  {finding.advice()}' for finding in self.findings),
        ]
        return '\n'.join(lines)


def count_boxes(root: Path, labelled: LabelledFolder) -> DetectionFolder:
    """The folder with its boxes counted, every split in the file it was read from."""
    splits = {name: _count(name, part) for name, part in labelled.parts.items()}
    splits.setdefault('test', replace(splits['val'], name='test'))
    return DetectionFolder(root, labelled.layout, labelled.classes, splits, labelled.findings)


def recognise(root: str | os.PathLike, out_dir: str | os.PathLike) -> DetectionFolder:
    """Finds out what is in ``root`` and makes it ready to train on.

    The folder itself is never changed. Where its labels cannot be used as they are (VOC layout,
    boxes to leave out, a split to hold out), a copy in COCO's format is written to ``out_dir``,
    each file at once or not at all.

    Raises:
        UserError: the folder is in neither layout, or something in it has to be mended first.
    """
    root = Path(root).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f'{root} is not a folder.')
    labelled = read_boxes(root)
    if labelled is None:
        raise UserError(describe_unknown(root))
    folder = count_boxes(root, labelled)
    splits = dict(folder.splits)
    for name, part in labelled.parts.items():  # only now is nothing left that could be wrong
        if part.is_copy:
            file = Path(out_dir).absolute() / f'instances_{name}.json'
            _write_json(file, part.content)
            splits[name] = replace(splits[name], ann_file=file)
    if 'test' not in labelled.parts:
        splits['test'] = replace(splits['val'], name='test')
    return replace(folder, splits=splits)


def _table_row(first, *others) -> str:
    return f'{first:<6}' + ''.join(f'{cell!s:>9}' for cell in others)


def _count(name: str, part: LabelledImages) -> Split:
    content = part.content
    counting = [entry for entry in content['annotations'] if not entry['iscrowd']]
    areas = np.array([entry['area'] for entry in counting])
    ids, counts = np.unique([entry['category_id'] for entry in counting], return_counts=True)
    by_id = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    return Split(
        name=name,
        ann_file=part.file,
        image_dir=part.image_dir,
        images=len(content['images']),
        boxes=len(counting),
        boxes_by_size={b.name: int(b.holds(areas).sum()) for b in COCO_BINS},
        boxes_by_class={c['name']: by_id.get(c['id'], 0) for c in content['categories']},
        ignored=len(content['annotations']) - len(counting),
        masks=sum(bool(entry.get('segmentation')) for entry in counting),
        empty=len(content['images']) - len({a['image_id'] for a in content['annotations']}),
    )


def _write_json(file: Path, content: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as partial, partial.open('w') as stream:
        json.dump(content, stream, allow_nan=False)


def describe_unknown(root: Path) -> str:
    """What was looked for in a folder that is in no known layout, and what is there."""
    entries = sorted(entry.name + '/' * entry.is_dir() for entry in root.iterdir())
    there = ', '.join(first_few(entries, 8)) + (', ...' if len(entries) > 8 else '')
    hint = ''
    if any(root.glob('data.y*ml')) or any(root.glob('labels/**/*.txt')):
        hint = ' It looks like a YOLO folder: export it in COCO or PASCAL VOC format.'
    elif any((root / 'SegmentationClass').glob('*.png')) or any(
        any((root / name).rglob('*.png')) for name in ('annotations', 'labels', 'masks')
    ):
        hint = ' It looks like a folder of label masks for segmentation, not of boxes.'
    return (
        f'{root} is neither in {coco.LOOKED_FOR}; nor in {voc.LOOKED_FOR} (there or '
        f'up to two folders down). In it: {there or "nothing"}.{hint}'
    )
