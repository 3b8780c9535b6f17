"""Finds the images of a folder and the label mask of each, one set for each split."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.formats.image_file import leads_out
from res2net_mm.formats.text_file import read_lines

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.tif', '.tiff')
MASK_SUFFIXES = ('.png', '.bmp', '.tif', '.tiff')
IMAGE_DIRS = ('images', 'image', 'imgs', 'img', 'img_dir', 'JPEGImages')
MASK_DIRS = ('annotations', 'annotation', 'labels', 'label', 'masks', 'mask', 'ann_dir', 'gt')
SPLITS = {
    'train': ('train', 'training', 'train2017'),
    'val': ('val', 'valid', 'validation', 'val2017'),
    'test': ('test', 'testing', 'test2017'),
}
LOOKED_FOR = (
    'images/{train,val} beside annotations/{train,val} (or labels, masks, ann_dir); VOC layout: '
    'JPEGImages, SegmentationClass and ImageSets/Segmentation/train.txt; {train,val}2017 beside '
    'labels/{train,val}2017; or images beside masks without splits'
)


@dataclass(frozen=True)
class MaskedImages:
    """Images that have a mask each: ``image_dir/name + image_suffix`` and so for the mask.

    Attributes:
        source: what lists them, a file or the folder of images.
        names: paths below both folders, without suffix.
    """

    source: Path
    image_dir: Path
    mask_dir: Path
    image_suffix: str
    mask_suffix: str
    names: tuple[str, ...]

    def image(self, name: str) -> Path:
        return self.image_dir / f'{name}{self.image_suffix}'

    def mask(self, name: str) -> Path:
        return self.mask_dir / f'{name}{self.mask_suffix}'


def find_masks(root: Path) -> tuple[str, dict[str, MaskedImages], list[Finding]]:
    """The layout of ``root`` and its splits; no splits where it holds no label masks.

    Images without a mask are left out and found.

    Returns:
        ``voc`` or ``folders``; by name of the split what is in it; findings.

    Raises:
        UserError: no image has a mask, or a file lists names that are not there.
    """
    for home in (root, *sorted(root.glob('*/')), *sorted(root.glob('*/*/'))):
        if (home / 'SegmentationClass').is_dir() and (home / 'JPEGImages').is_dir():
            return 'voc', *_voc_splits(home)
    found, findings = {}, []
    for split, words in SPLITS.items():
        pairs = [pair for word in words for pair in _split_dirs(root, word) if _is_pair(*pair)]
        if pairs:
            found[split], notes = _match(*pairs[0])
            findings += notes
    if found and 'train' not in found:
        _refuse_unlabelled(root)
    if not found:
        flat = [(root / i, root / m) for i in IMAGE_DIRS for m in MASK_DIRS]
        for pair in [pair for pair in flat if _is_pair(*pair)][:1]:
            found['all'], findings = _match(*pair)
    return 'folders', found, findings


def _refuse_unlabelled(root: Path) -> None:
    """Raise UserError if there are images to train on without masks, where other splits have."""
    for word in SPLITS['train']:
        for image_dir, mask_dir in _split_dirs(root, word):
            if image_dir.is_dir() and _files(image_dir, IMAGE_SUFFIXES):
                raise UserError(
                    f'the images in {image_dir} have no masks, which were looked for in {mask_dir} '
                    'and the like: add them, or take the images away to train on another split.'
                )


def _split_dirs(root: Path, word: str) -> list[tuple[Path, Path]]:
    """Where the images and masks of a split may lie, the likeliest first."""
    return [
        *((root / i / word, root / m / word) for i in IMAGE_DIRS for m in MASK_DIRS),
        *((root / word / i, root / word / m) for i in IMAGE_DIRS for m in MASK_DIRS),
        *((root / word, root / m / word) for m in MASK_DIRS),
        (root / word, root / f'{word}annot'),
    ]


def _is_pair(image_dir: Path, mask_dir: Path) -> bool:
    both = image_dir.is_dir() and mask_dir.is_dir()
    return both and any(path.suffix.lower() in IMAGE_SUFFIXES for path in mask_dir.rglob('*'))


def _voc_splits(home: Path) -> tuple[dict[str, MaskedImages], list[Finding]]:
    whole, findings = _match(home / 'JPEGImages', home / 'SegmentationClass', all_labelled=False)
    there, found = set(whole.names), {}
    for split in ('train', 'val', 'trainval', 'test'):
        file = home / 'ImageSets/Segmentation' / f'{split}.txt'
        if not file.is_file():
            continue
        lines = read_lines(file)
        if out := next(filter(leads_out, lines), None):
            raise UserError(f'{file}: the image name {out!r} leads out of the folder.')
        names = [name for name in dict.fromkeys(lines) if name in there]
        bare = [name for name in dict.fromkeys(lines) if name not in there]
        if bare:
            what = 'names without an image and a mask, left out'
            fix = 'add the files, or take the names out of the list'
            findings.append(Finding(file, what, len(bare), first_few(bare), fix))
        if split == 'train' and not names:
            raise UserError(f'{file} names no image that has a mask: no training can begin.')
        if names:
            found[split] = replace(whole, source=file, names=tuple(names))
    return found or {'all': whole}, findings


def _match(
    image_dir: Path, mask_dir: Path, *, all_labelled: bool = True
) -> tuple[MaskedImages, list[Finding]]:
    """Finds the mask of each image: the same name, perhaps with an ending such as ``_mask``."""
    images = _files(image_dir, IMAGE_SUFFIXES)
    masks = _files(mask_dir, MASK_SUFFIXES)
    if not masks:
        raise UserError(
            f'the masks in {mask_dir} are JPEG files, which blur labels: save them as PNG.'
        )
    stems = {str(Path(name).with_suffix('')) for name in images}
    endings = Counter(ending for name in masks if (ending := _ending(name, stems)))
    if not endings:
        raise UserError(
            f'no mask in {mask_dir} has the name of an image in {image_dir} (masks: '
            f'{", ".join(first_few(masks))}; images: {", ".join(first_few(images))}).'
        )
    mask_suffix = endings.most_common(1)[0][0]
    masked = [i for i in images if f'{Path(i).with_suffix("")}{mask_suffix}' in masks]
    image_suffix = Counter(Path(name).suffix for name in masked).most_common(1)[0][0]
    names = [str(Path(name).with_suffix('')) for name in masked if name.endswith(image_suffix)]
    findings = []
    if all_labelled and len(masked) < len(images):
        bare = sorted(images - set(masked))
        what = f'images without a mask in {mask_dir}, left out'
        fix = 'add their masks, or take the images away'
        findings.append(Finding(image_dir, what, len(bare), first_few(bare), fix))
    if len(names) < len(masked):
        other = [name for name in sorted(masked) if not name.endswith(image_suffix)]
        what = f'images that do not end in {image_suffix} as most do, left out'
        fix = f'save them as {image_suffix}, too'
        findings.append(Finding(image_dir, what, len(other), first_few(other), fix))
    found = MaskedImages(
        image_dir, image_dir, mask_dir, image_suffix, mask_suffix, tuple(sorted(names))
    )
    return found, findings


def _files(folder: Path, suffixes: tuple[str, ...]) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob('*')
        if path.suffix.lower() in suffixes and not path.name.startswith('.')
    }


def _ending(mask: str, stems: set[str]) -> str | None:
    """What follows the longest name of an image at the start of a mask's name."""
    cuts = range(len(mask) - len(Path(mask).suffix), 0, -1)
    return next((mask[cut:] for cut in cuts if mask[:cut] in stems), None)
