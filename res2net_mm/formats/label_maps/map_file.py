"""Label maps read from their files: whether they can be trained on, and which labels they hold."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, Findings
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import UNREADABLE, Header, Size, read_headers, size_text
from res2net_mm.formats.reader import LabelMapImages
from res2net_mm.progress import track

ONE_CHANNEL = {'1', 'L', 'P', 'I', 'I;16', 'I;16B'}


@dataclass
class LabelCensus:
    """The labels in some label maps.

    Attributes:
        pixels: (256,) int64, how many pixels have each label.
        maps: For each label that occurs, how many label maps hold it and the first of them.
        palettes: Whether every label map has a palette of colours, as PASCAL VOC's.
    """

    pixels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(256, np.int64))
    maps: dict[int, tuple[int, Path]] = field(default_factory=dict)
    palettes: bool = True

    @property
    def seen(self) -> set[int]:
        """The labels that occur."""
        return set(self.maps)

    def add(self, file: Path, pixels: npt.NDArray[np.int64], *, palette: bool) -> None:
        """Count one label map, of which ``pixels`` says how many have each label."""
        self.pixels += pixels
        self.palettes &= palette
        for label in np.flatnonzero(pixels).tolist():
            count, first = self.maps.get(label, (0, file))
            self.maps[label] = count + 1, first

    def merge(self, other: 'LabelCensus') -> None:
        """Count everything that another census has counted."""
        self.pixels += other.pixels
        self.palettes &= other.palettes
        for label, (more, file) in other.maps.items():
            count, first = self.maps.get(label, (0, file))
            self.maps[label] = count + more, first


def count_labels(part: LabelMapImages, split: str, findings: Findings) -> LabelCensus:
    """Return the labels in all label maps of a split.

    Args:
        part: Where they lie.
        split: Its name, for the progress.
        findings: Gets label maps and images that cannot be read, label maps that hold colours or
            labels above 255, and those that are not as large as their images.
    """
    census, unusable, unequal = LabelCensus(), [], []
    headers = read_headers(map(part.image, part.names), f'images of {split}')
    usable: dict[Path, Size | None] = {}
    for name in track(part.names, f'label maps of {split}', total=len(part.names), shown=True):
        file = part.label_map(name)
        try:
            labels, palette = read_label_map(file)
        except UserError as error:
            unusable.append(str(error).rstrip('.'))
            continue
        header = headers[part.image(name)]
        if isinstance(header, Header) and labels.shape != header.size:
            of_map, of_image = size_text(labels.shape), size_text(header.size)
            unequal.append(f'{file.name} has {of_map}, its image {of_image}')
            continue
        usable[part.image(name)] = labels.shape[0], labels.shape[1]
        if isinstance(header, Header):
            census.add(file, np.bincount(labels.ravel(), minlength=256), palette=palette)
    fix = 'write them as PNG with one channel of 8 bits, the class of each pixel'
    findings.add(ERROR, part.map_dir, 'label maps that cannot be used', unusable, fix)
    check_headers(part.image_dir, usable, headers, findings)
    fix = 'save label maps and images in one size, turned alike'
    findings.add(
        ERROR, part.map_dir, 'label maps that are not as large as their images', unequal, fix
    )
    return census


def read_label_map(file: Path) -> tuple[npt.NDArray[np.uint8], bool]:
    """Return the labels in a file, (H, W) uint8, and whether it has a palette.

    Raises:
        UserError: It cannot be read, or holds colours or labels above 255.
    """
    try:
        with Image.open(file) as image:
            mode, labels = image.mode, np.array(image)
    except UNREADABLE as error:
        raise UserError(f'label map {file} cannot be read: {error}.') from error
    if mode not in ONE_CHANNEL:
        raise UserError(
            f'label map {file} holds colours ({mode}) and not labels: write label maps with one '
            'channel in which each pixel is the number of its class.'
        )
    if labels.ndim != 2 or not labels.size:
        raise UserError(f'label map {file} has the shape {labels.shape} and not height, width.')
    if labels.max() > 255:
        raise UserError(
            f'label map {file} holds the label {labels.max()}: at most 255 is allowed, 8 bits a '
            'pixel.'
        )
    return labels.astype(np.uint8), mode == 'P'


def read_palette(file: Path) -> npt.NDArray[np.uint8] | None:
    """Return the colours of the labels in a file, None where it has no palette.

    Returns:
        (256, 3) uint8 RGB, black for labels that the palette does not say.
    """
    with Image.open(file) as image:
        values = image.getpalette() if image.mode == 'P' else None
    if values is None:
        return None
    colours = np.zeros(3 * 256, np.uint8)
    colours[: len(values)] = values
    return colours.reshape(256, 3)
