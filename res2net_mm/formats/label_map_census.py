"""Reads every label mask of a split: whether it can be trained on, and which labels it holds."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.image_file import UNREADABLE, shown_size
from res2net_mm.formats.label_maps import MaskedImages
from res2net_mm.progress import track

UNREADABLE_IMAGES = 'images of masks that cannot be read'
ONE_CHANNEL = {'1', 'L', 'P', 'I', 'I;16', 'I;16B'}


@dataclass
class MaskCensus:
    """The labels in the masks of a split.

    Attributes:
        pixels: (256,) int64, how many pixels have each label.
        masks: for each label that occurs, how many masks hold it and the first of them.
        palettes: whether every mask has a palette of colours, as PASCAL VOC's.
    """

    pixels: np.ndarray = field(default_factory=lambda: np.zeros(256, np.int64))
    masks: dict[int, tuple[int, Path]] = field(default_factory=dict)
    palettes: bool = True

    def seen(self) -> set[int]:
        """The labels that occur."""
        return set(self.masks)

    def __or__(self, other: 'MaskCensus') -> 'MaskCensus':
        masks = dict(self.masks)
        for label, (count, first) in other.masks.items():
            before = masks.get(label, (0, first))
            masks[label] = before[0] + count, before[1]
        both = self.palettes and other.palettes
        return MaskCensus(self.pixels + other.pixels, masks, both)


def count_labels(part: MaskedImages, *, what: str, on_fault: OnFault = stop_at) -> MaskCensus:
    """Reads all masks of a split.

    Args:
        part: where they lie.
        what: name of the split, for the bar of progress.
        on_fault: called where masks or images cannot be read, masks hold colours or labels above
            255 in place of labels, or are not as large as their images.
    """
    census, unusable, unreadable, unequal = MaskCensus(), [], [], []
    for name in track(part.names, f'masks of {what}', total=len(part.names), shown=True):
        file = part.mask(name)
        try:
            labels, palette = read_mask(file)
        except UserError as error:
            unusable.append(str(error).rstrip('.'))
            continue
        try:
            size = shown_size(part.image(name))
        except UserError as error:
            unreadable.append(str(error).rstrip('.'))
            continue
        if labels.shape != size:
            unequal.append(f'{file.name} has {_text(labels.shape)}, its image {_text(size)}')
            continue
        counts = np.bincount(labels.ravel(), minlength=256)
        census.pixels += counts
        census.palettes &= palette
        for label in np.flatnonzero(counts).tolist():
            masks, first = census.masks.get(label, (0, file))
            census.masks[label] = masks + 1, first
    if unusable:
        fix = 'write them as PNG with one channel of 8 bits, the class of each pixel'
        notice = 'masks that cannot be used'
        on_fault(Finding(part.mask_dir, notice, len(unusable), first_few(unusable), fix))
    if unreadable:
        fix = 'get the files anew, or take them away with their masks'
        examples = first_few(unreadable)
        on_fault(Finding(part.image_dir, UNREADABLE_IMAGES, len(unreadable), examples, fix))
    if unequal:
        notice = 'masks that are not as large as their images'
        fix = 'save masks and images in one size, turned alike'
        on_fault(Finding(part.mask_dir, notice, len(unequal), first_few(unequal), fix))
    return census


def read_mask(file: Path) -> tuple[np.ndarray, bool]:
    """The labels of a mask, (H, W) uint8, and whether it has a palette.

    Raises:
        UserError: it cannot be read, or holds colours or labels above 255.
    """
    try:
        with Image.open(file) as mask:
            mode, labels = mask.mode, np.array(mask)
    except UNREADABLE as error:
        raise UserError(f'mask {file} cannot be read: {error}.') from error
    if mode not in ONE_CHANNEL:
        raise UserError(
            f'mask {file} holds colours ({mode}) and not labels: write masks with one channel in '
            'which each pixel is the number of its class.'
        )
    if labels.ndim != 2 or not labels.size:
        raise UserError(f'mask {file} has the shape {labels.shape} and not height, width.')
    if labels.max() > 255:
        raise UserError(
            f'mask {file} holds the label {labels.max()}: at most 255 is allowed, 8 bits a pixel.'
        )
    return labels.astype(np.uint8), mode == 'P'


def read_palette(file: Path) -> np.ndarray | None:
    """The colours of the labels of a mask, (256, 3) uint8 RGB, black where it says none.

    None where the mask has no palette.
    """
    with Image.open(file) as mask:
        values = mask.getpalette() if mask.mode == 'P' else None
    if values is None:
        return None
    colours = np.zeros(3 * 256, np.uint8)
    colours[: len(values)] = values
    return colours.reshape(256, 3)


def _text(size: tuple[int, int]) -> str:
    return f'{size[1]}x{size[0]} px'
