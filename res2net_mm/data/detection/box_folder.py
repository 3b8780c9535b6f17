"""Recognises a folder of images with boxes: its layout, classes and splits, ready to train on."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np

from res2net_mm.data.detection.split_check import clean_split, known_categories, read_categories
from res2net_mm.data.recognised import RecognisedFolder, recognise_as, with_test_split
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.formats import (
    BOXES,
    BoxImages,
    Findings,
    describe_recognised,
    find_reader,
    read_folder,
)
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.splits import choose_splits
from res2net_mm.formats.text_file import has_mark, write_json_lists
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file


@dataclass(frozen=True)
class Split:
    """One split, as training and evaluation read it.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        ann_file: Its labels as a COCO file: the folder's own, or the mended copy.
        image_dir: What the file names in it are relative to.
        images: Number of images.
        boxes: Number of boxes that count, without crowds and VOC's difficult ones.
        boxes_by_size: The same for each of COCO's size bins, by area in the image as it is. An area
            on a limit counts in both bins, as in the table of results.
        boxes_by_class: The same for each class.
        ignored: Number of crowd or difficult boxes: neither trained on nor counted in evaluation.
        masks: Number of the counting boxes that have a mask.
        empty: Number of images without any box.
        files: Its images and labels as read, cleaned.
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
    files: BoxImages = field(repr=False)


@dataclass(frozen=True)
class DetectionFolder(RecognisedFolder[Split]):
    """A recognised folder; classes are in the order of category ids (COCO), else by alphabet."""

    labels: ClassVar[str] = BOXES
    counted: ClassVar[str] = 'boxes'  # what a split counts, in the plural
    ignored: ClassVar[str] = 'crowd or difficult'
    all_ignored: ClassVar[str] = 'are crowds (iscrowd=1) or difficult'
    fix_ignored: ClassVar[str] = 'mark only those that are not to be trained on or counted'

    @property
    def has_masks(self) -> bool:
        """Whether every box has a mask."""
        return all(split.masks == split.boxes for split in self.splits.values())

    def table(self) -> list[str]:
        """Return the images and boxes of each split, and the boxes by size."""
        names = [size_bin.name for size_bin in COCO_BINS]
        rows = [['split', 'images', self.counted, *names, 'ignored', 'empty']]
        for s in self.splits.values():
            counts = (s.images, s.boxes, *s.boxes_by_size.values(), s.ignored, s.empty)
            rows.append([s.name, *map(str, counts)])
        limits = ', '.join(f'{size_bin.name} {size_bin.limits}' for size_bin in COCO_BINS)
        note = f'sizes in px^2 of area: {limits}; ignored: {self.ignored}; empty: no boxes'
        return [*align(rows), note]


F = TypeVar('F', bound=DetectionFolder)
Clean = Callable[[BoxImages, Findings], BoxImages]


def recognise(
    root: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    *,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
) -> DetectionFolder:
    """Find out what is in a folder and make it ready to train on.

    The folder itself is never changed. Where its labels cannot be used as they are (a layout other
    than COCO's, boxes to leave out, a split to hold out), a copy in COCO's format is written to
    ``out_dir``, each file at once or not at all.

    Args:
        root: The folder.
        out_dir: Folder for these copies.
        training: As in :func:`read_boxes`.
        layout: As in :func:`read_boxes`.
        known: As in :func:`read_boxes`.

    Raises:
        UserError: The folder is in no known layout, or something in it has to be mended first.
    """
    out_dir = Path(out_dir).absolute()

    def prepare(_: DetectionFolder, split: Split) -> Split:
        return written(split, out_dir / f'instances_{split.name}.json')

    return recognise_as(
        BOXES,
        read_boxes,
        prepare,
        root,
        training=training,
        layout=layout,
        known=known,
    )


def written(split: Split, copy: Path) -> Split:
    """Return the split, whose labels are written to ``copy`` where its own file cannot be used."""
    if not (split.files.is_copy or has_mark(split.files.file)):
        return split
    _write_json(copy, split.files.content)
    return replace(split, ann_file=copy)


def read_boxes(
    root: Path,
    findings: Findings,
    *,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
) -> DetectionFolder | None:
    """Read, clean and count the boxes of a folder; nothing is written.

    Args:
        root: The folder.
        findings: Receives what was noticed, repaired or left out.
        training: Whether the folder is for training; otherwise all its images may be tested on.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.
        known: Classes of the checkpoint to test. The folder's classes must be among them.

    Returns:
        The folder, every split in the file it was read from; None if it is in no layout that has
        boxes.

    Raises:
        UserError: Nothing can be made of the folder, or ``findings`` stop at an error.
    """
    return read_objects(
        DetectionFolder, root, findings, training=training, layout=layout, known=known
    )


def read_objects(
    kind: type[F],
    root: Path,
    findings: Findings,
    *,
    training: bool,
    layout: str | None,
    known: Sequence[str] | None = None,
    clean: Clean = lambda split, _: split,
    counts: Callable[[Mapping[str, Any]], bool] = lambda entry: not entry['iscrowd'],
) -> F | None:
    """Read, clean and count the objects of a folder; nothing is written.

    Args:
        kind: What is returned; it says which labels are read.
        root: The folder.
        findings: Receives what was noticed, repaired or left out.
        training: As in :func:`read_boxes`, like ``layout`` and ``known``.
        layout: See ``training``.
        known: See ``training``.
        clean: Takes a split with clean boxes, and findings; returns it with clean labels.
        counts: Takes an annotation; returns whether it is trained on and counted.

    Raises:
        UserError: As in :func:`read_boxes`.
    """
    read = read_folder(root, kind.labels, findings, layout)
    if read is None:
        return None
    layout, found = read
    chosen: dict[str, BoxImages] = choose_splits(found, findings, training=training)
    first = next(iter(chosen.values()))
    categories = read_categories(first, findings)
    whose = 'the training split' if known is None else 'the checkpoint'
    if known is not None:
        categories = known_categories(first, categories, known, findings)
    splits = {}
    for name, part in chosen.items():
        cleaned = clean_split(part, categories, findings, whose=whose)
        splits[name] = _count(name, clean(cleaned, findings), counts)
        if not splits[name].boxes:
            what, fix = f'{kind.counted} of the split {name!r} that can be used', 'label some'
            if ignored := splits[name].ignored:
                what += f', as all {ignored} {kind.all_ignored}'
                fix = kind.fix_ignored
            elif part.content['annotations']:
                fix = 'mend those there are'
            findings.add(ERROR, part.file, what, fix=fix, count=0)
    splits = with_test_split(splits)
    if 'train' in splits and splits['train'].boxes:
        unseen = [name for name, count in splits['train'].boxes_by_class.items() if not count]
        fix = 'label some, or take the class out of the categories'
        what = 'classes without a box to train on'
        findings.add(PROBLEM, splits['train'].ann_file, what, unseen, fix)
    classes = tuple(entry['name'] for entry in categories)
    said = describe_recognised(root, find_reader(layout), found, classes, first.names_from)
    return kind(root, layout, classes, splits, said, tuple(findings))


def _count(name: str, part: BoxImages, counts: Callable[[Mapping[str, Any]], bool]) -> Split:
    content = part.content
    counting = [entry for entry in content['annotations'] if counts(entry)]
    areas = np.array([entry['area'] for entry in counting])
    ids, times = np.unique([entry['category_id'] for entry in counting], return_counts=True)
    by_id = dict(zip(ids.tolist(), times.tolist(), strict=True))
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
        files=part,
    )


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as partial, partial.open('w') as stream:
        write_json_lists(content, stream)
