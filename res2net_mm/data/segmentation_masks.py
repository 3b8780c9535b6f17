"""Reads every label mask of a split: whether it can be trained on, and which labels it holds."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from res2net_mm.data.findings import first_few
from res2net_mm.data.segmentation_layout import MaskedImages
from res2net_mm.errors import UserError
from res2net_mm.evaluation.progress import track

ORIENTATION = 0x0112  # EXIF tag; from 5 on the picture is shown with height and width exchanged
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


def count_labels(part: MaskedImages, *, what: str) -> MaskCensus:
    """Reads all masks of a split.

    Args:
        part: where they lie.
        what: name of the split, for the bar of progress.

    Raises:
        UserError: a mask cannot be read, holds colours or labels above 255 in place of labels, or
            is not as large as its image.
    """
    census, unequal = MaskCensus(), []
    for name in track(part.names, f'masks of {what}', total=len(part.names), shown=True):
        file = part.mask(name)
        labels, palette = read_mask(file)
        size = _shown_size(part.image(name))
        if labels.shape != size:
            unequal.append(f'{file.name} has {_text(labels.shape)}, its image {_text(size)}')
            continue
        counts = np.bincount(labels.ravel(), minlength=256)
        census.pixels += counts
        census.palettes &= palette
        for label in np.flatnonzero(counts).tolist():
            masks, first = census.masks.get(label, (0, file))
            census.masks[label] = masks + 1, first
    if unequal:
        raise UserError(
            f'{len(unequal)} of {len(part.names)} masks in {part.mask_dir} are not as large as '
            f'their images: {"; ".join(first_few(unequal))}.'
        )
    return census


def read_mask(file: Path) -> tuple[np.ndarray, bool]:
    """The labels of a mask, (H, W) uint8, and whether it has a palette.

    Raises:
        UserError: it cannot be read, or holds colours or labels above 255.
    """
    try:
        with Image.open(file) as mask:
            mode, labels = mask.mode, np.array(mask)
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f'mask {file} cannot be read: {error}.') from error
    if mode not in ONE_CHANNEL:
        raise UserError(
            f'mask {file} holds colours ({mode}) and not labels: write masks with one channel in '
            'which each pixel is the number of its class.'
        )
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


def _shown_size(file: Path) -> tuple[int, int]:
    """Height and width in pixels, as training will see them (turned as EXIF says)."""
    try:
        with Image.open(file) as image:
            width, height = image.size
            turned = image.getexif().get(ORIENTATION, 1) >= 5
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f'image {file} cannot be read: {error}.') from error
    return (width, height) if turned else (height, width)


def _text(size: tuple[int, int]) -> str:
    return f'{size[1]}x{size[0]} px'
