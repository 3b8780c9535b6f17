"""Folders of images with label maps: finds the label map of every image, by split."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import PROBLEM, Findings, first_few
from res2net_mm.formats.image_file import IMAGE_SUFFIXES, LABEL_MAP_SUFFIXES, files_below
from res2net_mm.formats.reader import LABEL_MAPS, LabelMapImages, Reader
from res2net_mm.formats.splits import SPLIT_NAMES, UNNAMED, read_split_lists, split_named

IMAGE_DIRS = ('images', 'image', 'imgs', 'img', 'img_dir', 'JPEGImages')
MAP_DIRS = ('annotations', 'annotation', 'labels', 'label', 'masks', 'mask', 'ann_dir', 'gt')
VOC_MAP_DIR = 'SegmentationClass'
LOOKED_FOR = (
    'images/{train,val} beside annotations/{train,val} (or labels, masks, ann_dir); VOC layout: '
    'JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt; {train,val}2017 beside '
    'labels/{train,val}2017; or images beside masks without splits'
)


def read_label_map_folder(root: Path, findings: Findings) -> dict[str, LabelMapImages]:
    """Return the splits of a folder with label maps; none where it holds none.

    Images without a label map are left out, and ``findings`` says so.

    Raises:
        UserError: No image has a label map, or a file lists names that are not there.
    """
    for home in (root, *sorted(root.glob('*/')), *sorted(root.glob('*/*/'))):
        if (home / VOC_MAP_DIR).is_dir() and (home / 'JPEGImages').is_dir():
            return _voc_splits(home, findings)
    found = {}
    for split in SPLIT_NAMES:
        if pair := next((pair for pair in _split_dirs(root, split) if _is_pair(*pair)), None):
            found[split] = _match(*pair, findings)
    if found and 'train' not in found:
        _refuse_unlabelled(root)
    if not found:
        flat = ((root / i, root / m) for i in IMAGE_DIRS for m in MAP_DIRS)
        if pair := next((pair for pair in flat if _is_pair(*pair)), None):
            found[UNNAMED] = _match(*pair, findings)
    return found


def _refuse_unlabelled(root: Path) -> None:
    """Raise UserError if there are training images, and only other splits have label maps."""
    for image_dir, map_dir in _split_dirs(root, 'train'):
        if image_dir.is_dir() and files_below(image_dir):
            raise UserError(
                f'the images in {image_dir} have no label maps, which were looked for in {map_dir} '
                'and the like: add them, or take the images away to train on another split.'
            )


def _split_dirs(root: Path, split: str) -> list[tuple[Path, Path]]:
    """Return where the images and label maps of a split may lie, the likeliest first."""
    below = [
        child for place in (root, *(root / i for i in IMAGE_DIRS)) for child in place.glob('*/')
    ]
    words = {place.name for place in below if split_named(place.name) == split}
    return [
        pair
        for word in sorted(words, key=lambda word: (len(word), word))
        for pair in (
            *((root / i / word, root / m / word) for i in IMAGE_DIRS for m in MAP_DIRS),
            *((root / word / i, root / word / m) for i in IMAGE_DIRS for m in MAP_DIRS),
            *((root / word, root / m / word) for m in MAP_DIRS),
            (root / word, root / f'{word}annot'),
        )
    ]


def _is_pair(image_dir: Path, map_dir: Path) -> bool:
    both = image_dir.is_dir() and map_dir.is_dir()
    return both and any(path.suffix.lower() in IMAGE_SUFFIXES for path in map_dir.rglob('*'))


def _voc_splits(home: Path, findings: Findings) -> dict[str, LabelMapImages]:
    whole = _match(home / 'JPEGImages', home / VOC_MAP_DIR, findings, all_labelled=False)
    there, found = set(whole.names), {}
    for split, (file, lines) in read_split_lists(home / 'ImageSets/Segmentation', findings).items():
        names = tuple(name for name in lines if name in there)
        what = 'names without an image and a label map, left out'
        fix = 'add the files, or take the names out of the list'
        findings.add(PROBLEM, file, what, [name for name in lines if name not in there], fix)
        if split == 'train' and not names:
            raise UserError(f'{file} names no image that has a label map: no training can begin.')
        if names:
            found[split] = replace(whole, file=file, names=names)
    return found or {UNNAMED: whole}


def _match(
    image_dir: Path, map_dir: Path, findings: Findings, *, all_labelled: bool = True
) -> LabelMapImages:
    """Match each image with its label map: the same name, perhaps with an ending like ``_mask``."""
    images, maps = files_below(image_dir), files_below(map_dir, LABEL_MAP_SUFFIXES)
    if not maps:
        raise UserError(
            f'the label maps in {map_dir} are JPEG files, which blur labels: save them as PNG.'
        )
    stem_of = {name: str(Path(name).with_suffix('')) for name in images}
    stems = set(stem_of.values())
    endings = Counter(ending for name in maps if (ending := _ending(name, stems)))
    if not endings:
        raise UserError(
            f'no label map in {map_dir} has the name of an image in {image_dir} (label maps: '
            f'{", ".join(first_few(maps))}; images: {", ".join(first_few(images))}).'
        )
    ((map_suffix, _),) = endings.most_common(1)
    labelled = [name for name, stem in stem_of.items() if f'{stem}{map_suffix}' in maps]
    ((image_suffix, _),) = Counter(Path(name).suffix for name in labelled).most_common(1)
    if all_labelled:
        what = f'images without a label map in {map_dir}, left out'
        fix = 'add their label maps, or take the images away'
        findings.add(PROBLEM, image_dir, what, sorted(images.keys() - set(labelled)), fix)
    other = [name for name in labelled if not name.endswith(image_suffix)]
    what = f'images that do not end in {image_suffix} as most do, left out'
    findings.add(PROBLEM, image_dir, what, other, f'save them as {image_suffix}, too')
    names = tuple(sorted(stem_of[name] for name in labelled if name.endswith(image_suffix)))
    return LabelMapImages(image_dir, image_dir, map_dir, image_suffix, map_suffix, names)


def _ending(label_map: str, stems: Collection[str]) -> str | None:
    """Return what follows the longest name of an image at the start of a label map's name."""
    cuts = range(len(label_map) - len(Path(label_map).suffix), 0, -1)
    return next((label_map[cut:] for cut in cuts if label_map[:cut] in stems), None)


def _may_hold_label_maps(root: Path) -> bool:
    """Return whether there are PNG files where label maps usually lie."""
    flat = any((root / VOC_MAP_DIR).glob('*.png'))
    return flat or any(any((root / name).rglob('*.png')) for name in MAP_DIRS)


LABEL_MAP_FOLDERS = Reader(
    'label maps',
    LABEL_MAPS,
    LOOKED_FOR,
    _may_hold_label_maps,
    read_label_map_folder,
    title='label maps',
)
