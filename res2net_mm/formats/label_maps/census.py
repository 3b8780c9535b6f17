"""What the pixels of many label maps hold: values and colours, counted before they are named."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, Findings
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import Header, Size, read_headers, size_text
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels, read_pixels
from res2net_mm.formats.reader import LabelMapImages
from res2net_mm.progress import track

MOST_COLOURS = 1000  # in one label map; a photograph has more


@dataclass
class Occurrence:
    """How often a value or colour occurs: pixels, label maps, and the first of these."""

    pixels: int
    maps: int
    first: Path


@dataclass
class LabelCensus:
    """The values and colours in some label maps.

    Attributes:
        values: Each value that occurs.
        colours: Each colour ``0xRRGGBB`` of label maps that hold colours.
        shown: The colours in which each value is shown: grey, or what palettes say.
        palettes: Whether every label map has a palette.
        direct: Whether training reads the same values from every file.
        alone: Each value or colour that fills whole label maps; a colour as ``~colour``.
    """

    values: dict[int, Occurrence] = field(default_factory=dict)
    colours: dict[int, Occurrence] = field(default_factory=dict)
    shown: dict[int, set[int]] = field(default_factory=dict)
    palettes: bool = True
    direct: bool = True
    alone: dict[int, Occurrence] = field(default_factory=dict)

    @property
    def seen(self) -> set[int]:
        """The values that occur."""
        return set(self.values)

    def add(self, file: Path, pixels: MapPixels) -> None:
        """Count one label map.

        Raises:
            UserError: It has more colours than a label map can have.
        """
        if pixels.shown is None:
            codes, counts = np.unique(pixels.codes, return_counts=True)
            if len(codes) > MOST_COLOURS:
                raise UserError(
                    f'label map {file} holds {len(codes)} colours: it is a photograph, or was '
                    'saved with losses. Save label maps as PNG, without smoothing.'
                )
            self._count(self.colours, file, codes, counts)
            codes = ~codes.astype(np.int64)
        else:
            counts = np.bincount(pixels.codes.ravel(), minlength=256)
            codes = np.flatnonzero(counts)
            counts = counts[codes]
            self._count(self.values, file, codes, counts)
            for value, colour in zip(codes.tolist(), pixels.shown[codes].tolist(), strict=True):
                self.shown.setdefault(value, set()).add(colour)
        if len(codes) == 1:
            self._count(self.alone, file, codes, counts)
        self.palettes &= pixels.palette
        self.direct &= pixels.direct

    def merge(self, other: 'LabelCensus') -> None:
        """Count everything that another census has counted."""
        for mine, theirs in (
            (self.values, other.values),
            (self.colours, other.colours),
            (self.alone, other.alone),
        ):
            for code, more in theirs.items():
                had = mine.setdefault(code, Occurrence(0, 0, more.first))
                had.pixels, had.maps = had.pixels + more.pixels, had.maps + more.maps
        for value, colours in other.shown.items():
            self.shown.setdefault(value, set()).update(colours)
        self.palettes &= other.palettes
        self.direct &= other.direct

    @staticmethod
    def _count(
        into: dict[int, Occurrence],
        file: Path,
        codes: npt.NDArray[np.generic],
        counts: npt.NDArray[np.generic],
    ) -> None:
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            had = into.setdefault(code, Occurrence(0, 0, file))
            had.pixels, had.maps = had.pixels + count, had.maps + 1

    @property
    def all_colours(self) -> dict[int, Occurrence]:
        """Each colour that is seen, of values that of their palette or grey."""
        found = dict(self.colours)
        for value, colours in self.shown.items():
            for colour in colours:
                found.setdefault(colour, self.values[value])
        return found

    @property
    def in_grey(self) -> bool:
        """Whether every value is shown in its grey, so that no palette says more."""
        return all(colours == {int(GREY[value])} for value, colours in self.shown.items())


def merged(censuses: Iterable[LabelCensus]) -> LabelCensus:
    """Return what is counted in any of some censuses."""
    everything = LabelCensus()
    for census in censuses:
        everything.merge(census)
    return everything


def count_labels(
    part: LabelMapImages, split: str, findings: Findings, *, lossy: bool = False
) -> LabelCensus:
    """Return what all label maps of a split hold.

    Args:
        part: Images and label maps of the split.
        split: Name of the split, for the progress bar.
        findings: Receives images and label maps that cannot be read, and label maps whose size
            differs from their image.
        lossy: Whether they may be JPEG files, which are then read as greys.
    """
    census, unusable, unequal = LabelCensus(), [], []
    images = part.image_files
    headers = read_headers(images, f'images of {split}')
    usable: dict[Path, Size | None] = {}
    files = part.map_files
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoders run beside Python
        looks = track(
            pool.map(partial(_look, lossy=lossy), files),
            f'label maps of {split}',
            total=len(files),
            shown=True,
        )
        for image, file, look in zip(images, files, looks, strict=True):
            header = headers[image]
            if isinstance(look, UserError):
                unusable.append(str(look).rstrip('.'))
                continue
            size, counted = look
            if isinstance(header, Header) and size != header.size:
                of_map, of_image = size_text(size), size_text(header.size)
                unequal.append(f'{file.name} has {of_map}, its image {of_image}')
                continue
            usable[image] = size
            if isinstance(header, Header):
                census.merge(counted)
    fix = 'get them anew, or write them as PNG with one channel of 8 bits, the class of each pixel'
    findings.add(ERROR, part.map_dir, 'label maps that cannot be used', unusable, fix)
    check_headers(part.image_dir, usable, headers, findings)
    fix = 'save label maps and images in one size, turned alike'
    findings.add(
        ERROR, part.map_dir, 'label maps that are not as large as their images', unequal, fix
    )
    return census


def _look(file: Path, *, lossy: bool) -> tuple[Size, LabelCensus] | UserError:
    """Return the size of a label map and what it holds, or why it cannot be used."""
    census = LabelCensus()
    try:
        pixels = read_pixels(file, lossy=lossy)
        census.add(file, pixels)
    except UserError as error:
        return error
    height, width = pixels.codes.shape
    return (height, width), census
