"""Which of a folder's splits to train, validate and test on; holds one out where there is none."""

from dataclasses import replace
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.coco import LabelledImages
from res2net_mm.formats.findings import Finding, first_few

# Every fifth image is held out where a folder names one split only.
HELD_OUT = 5
#: What to do about images that two splits share.
APART = 'take them out of one of the two'


def choose_splits(
    root: Path, found: dict[str, LabelledImages]
) -> tuple[dict[str, LabelledImages], list[Finding]]:
    """Train, val and test out of what a folder has.

    Train is the split of that name, else trainval without the images of val and test, else the only
    split there is; val is that of the name, else test, else every fifth image of train; test is
    that of the name, else val. Any other split without boxes counts as absent.

    Raises:
        UserError: no split or not that of train has boxes, or there are too few images to hold any
            out.
    """
    labelled = {name: part for name, part in found.items() if part.content['annotations']}
    if not labelled:
        files = ', '.join(str(part.file) for part in found.values())
        raise UserError(f'{root} has no boxes to train on: none in {files}.')
    if 'train' in found and 'train' not in labelled:
        raise UserError(
            f'{found["train"].file} has no boxes to train on: label its images, or take it away to '
            f'train on the other splits ({", ".join(labelled)}).'
        )
    findings = [
        Finding(
            part.file,
            f'images of the split {name!r}, not used because it has no boxes',
            _count(part),
            fix='' if name == 'test' else 'label them, or take the split away',
        )
        for name, part in found.items()
        if name not in labelled
    ]
    base = next(n for n in ('train', 'trainval', 'all', 'val', 'test') if n in labelled)
    train = labelled.pop(base)
    val = labelled.get('val') or labelled.get('test')
    test = labelled.get('test')
    if base == 'trainval':
        taken = {path for part in (val, test) if part for path in _paths(part)}
        train = _subset(train, lambda _, path: path not in taken)
        if not train.content['images']:
            raise UserError(f'{train.file} lists no image that is not in val or test, too.')
    if val is None:
        if _count(train) < 2:
            raise UserError(f'{train.file} lists one image: some are needed to validate on.')
        step = min(HELD_OUT, _count(train))
        whole = train
        train = _subset(whole, lambda index, _: (index + 1) % step != 0)
        val = _subset(whole, lambda index, _: (index + 1) % step == 0)
        what = 'images held out for validation, every fifth, because the folder has one split'
        findings.append(Finding(whole.file, what, _count(val)))
    both = sorted(set(_paths(train)) & set(_paths(val)))
    if both:
        what = 'images both in train and in val, so that the result will look too good'
        findings.append(
            Finding(val.file, what, len(both), first_few(path.name for path in both), APART)
        )
    return {'train': train, 'val': val, 'test': test or val}, findings


def _count(part: LabelledImages) -> int:
    return len(part.content['images'])


def _paths(part: LabelledImages) -> list[Path]:
    return [part.image_dir / image['file_name'] for image in part.content['images']]


def _subset(part: LabelledImages, wanted) -> LabelledImages:
    """The part of ``part`` whose images satisfy ``wanted(index, path)``."""
    pairs = zip(part.content['images'], _paths(part), strict=True)
    images = [image for index, (image, path) in enumerate(pairs) if wanted(index, path)]
    ids = {image['id'] for image in images if 'id' in image}
    annotations = [a for a in part.content['annotations'] if a.get('image_id') in ids]
    content = {**part.content, 'images': images, 'annotations': annotations}
    return replace(part, content=content, is_copy=True)
