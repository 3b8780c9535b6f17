"""Size bins: named ranges of object size, each with scores of its own.

Both ends belong to a bin (``low <= size <= high``), as in pycocotools: an object of exactly 32^2 px
counts as small and as medium, and the counts of neighbouring bins may add up to more than the count
of all.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.formats.text_file import read_json

ALL = 'all'
MOST = 1e150  # for a limit, so that its square is finite, too
#: Ways to measure size, with the unit that limits are shown in.
MEASURES = {
    'area': 'px^2',  # area in square pixels of the original image
    'side': 'px',  # square root of the area
    'relative-area': '% of image area',  # area / area of the image; limits are given in 0..1
    'relative-side': '% of image side',  # square root of that; limits are given in 0..1
}
#: Descriptions of these sizes, to be filled with the area that is meant.
SIZE_TEXTS = {
    'area': '{}',
    'side': 'square root of the {}',
    'relative-area': '{} / area of the image',
    'relative-side': 'square root of the {} / area of the image',
}


def _refuse_too_large(limits: Iterable[Any]) -> None:
    if any(MOST < limit < math.inf for limit in limits):
        raise UserError(f'a size bin cannot have a limit beyond {MOST:g}, other than inf')


@dataclass(frozen=True)
class SizeBin:
    """A named range of object size.

    Args:
        name: Name of the bin in tables and metric keys; ``all`` is taken.
        low: Smallest size in it, in the unit of ``by``; relative ones are fractions, 0..1.
        high: Largest size in it; infinity for no limit.
        by: One of :data:`MEASURES`.

    Raises:
        UserError: If the name is empty or not a word, ``by`` is unknown, or the limits are not
            ``0 <= low < high``.
    """

    name: str
    low: float = 0.0
    high: float = math.inf
    by: str = 'area'

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name or not self.name.isprintable():
            raise UserError(f'a size bin needs a name of printable letters, got {self.name!r}')
        if any(letter in self.name for letter in ' /'):
            # The name becomes part of a metric key such as coco/bbox_mAP_tiny.
            raise UserError(f'size bin {self.name!r}: a name must not hold a space or a slash')
        if not isinstance(self.by, str) or self.by not in MEASURES:
            raise UserError(f'sizes are measured by {", ".join(MEASURES)}, got {self.by!r}')
        limits = (self.low, self.high)
        if not all(isinstance(limit, Real) and not isinstance(limit, bool) for limit in limits):
            raise UserError(f'size bin {self.name!r}: limits must be numbers, got {limits}')
        _refuse_too_large(limits)
        if self.relative and self.low >= 1:  # its end may lie a hair beyond
            raise UserError(
                f'size bin {self.name!r}: limits of {self.by} are fractions of the image, 0 to 1, '
                f'got low {self.low}, high {self.high}'
            )
        if not 0 <= self.low < self.high:  # false for nan, too
            raise UserError(
                f'size bin {self.name!r}: needs 0 <= low < high, got low {self.low}, '
                f'high {self.high} ({self.by})'
            )

    @property
    def relative(self) -> bool:
        """Whether the size depends on the area of the image."""
        return self.by.startswith('relative')

    @property
    def area_limits(self) -> tuple[float, float]:
        """Limits of an absolute bin in px^2."""
        power = 2 if self.by == 'side' else 1
        return self.low**power, self.high**power

    def holds(self, areas: np.ndarray, image_areas: np.ndarray | None = None) -> np.ndarray:
        """Return which objects lie in the bin; bool, same shape as ``areas`` in px^2.

        Relative bins need ``image_areas``, the area of the image of each object in px^2.
        """
        sizes, (low, high) = np.asarray(areas), self.area_limits
        if self.relative:
            sizes, low, high = sizes / image_areas, self.low, self.high
        if self.by == 'relative-side':
            sizes = np.sqrt(np.maximum(sizes, 0))
        return (sizes >= low) & (sizes <= high)

    @property
    def limits(self) -> str:
        """Limits as text in the unit of ``MEASURES``, squares as squares: ``32^2..96^2``."""
        if math.isinf(self.high):
            return f'>= {self._text(self.low)}' if self.low else 'any'
        if not self.low:
            return f'<= {self._text(self.high)}'
        return f'{self._text(self.low)}..{self._text(self.high)}'

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, null for no limit."""
        as_area = None if self.relative else [finite(v) for v in self.area_limits]
        return {
            'bin': self.name,
            'area_px2': as_area,
            'by': self.by,
            'limits': [finite(self.low), finite(self.high)],
        }

    def _text(self, limit: float) -> str:
        if self.relative:
            return f'{100 * limit:g}'
        side = math.sqrt(limit)
        return f'{int(side)}^2' if self.by == 'area' and side == int(side) else f'{limit:g}'


#: COCO's three sizes.
COCO_BINS = (
    SizeBin('small', 0, 32**2),
    SizeBin('medium', 32**2, 96**2),
    SizeBin('large', 96**2, math.inf),
)


def short_name(size_bin: SizeBin) -> str:
    """Return the name of a bin in a metric key: ``s``, ``m``, ``l`` for COCO's."""
    return size_bin.name[0] if size_bin in COCO_BINS else size_bin.name


def make_bins(bins: Iterable[Any] | None, by: str = 'area') -> tuple[SizeBin, ...]:
    """Make bins as they are written in a config.

    Args:
        bins: ``SizeBin``s, ``(name, low, high)`` or ``dict(name=..., low=..., high=...)``, in the
            order of the table's columns; high may be None for no limit. They may overlap and may
            leave gaps. Or only rising numbers, the edges between bins that then get their names
            from them: ``[16, 96]`` makes ``0-16``, ``16-96`` and ``96-up``. None stands for
            :data:`COCO_BINS`.
        by: How size is measured, one of :data:`MEASURES`.

    Raises:
        UserError: If a bin cannot be read, a name is used twice or is ``all``, or bins measure
            different things.
    """
    if bins is None:
        if by not in ('area', 'side'):
            raise UserError(f"bins by {by!r} need limits of your own: COCO's are in pixels")
        return COCO_BINS
    bins = tuple(bins)
    _refuse_too_large(edge for edge in bins if isinstance(edge, Real))
    if bins and all(isinstance(edge, Real) for edge in bins):
        ends = (0, *bins, math.inf)
        texts = [*(f'{edge:g}' for edge in ends[:-1]), 'up']
        bins = [(f'{texts[i]}-{texts[i + 1]}', *ends[i : i + 2]) for i in range(len(bins) + 1)]
    made = tuple(_make_bin(entry, by) for entry in bins)
    names = [entry.name for entry in made]
    if twice := [name for name in names if names.count(name) > 1]:
        raise UserError(f'size bin {twice[0]!r} is given more than once; names must differ')
    if ALL in names:
        raise UserError(f'a size bin cannot be called {ALL!r}: every table has that column already')
    if len(measures := {entry.by for entry in made}) > 1:
        raise UserError(f'size bins must measure one thing, got {", ".join(sorted(measures))}')
    return made


def parse_bins(texts: Iterable[str] | None) -> list[Any] | None:
    """Parse bins as they are written on a command line, ``name:low:high`` or single edges.

    Returns:
        The bins as ``make_bins`` takes them.

    Raises:
        UserError: If one cannot be read.
    """
    if texts is None:
        return None
    parsed: list[Any] = []
    for text in texts:
        try:
            if ':' not in text:
                parsed.append(float(text))
                continue
            name, low, high = text.rsplit(':', 2)
            parsed.append((name, float(low or 0), float(high or 'inf')))
        except ValueError as error:
            raise UserError(
                f'a size bin is NAME:LOW:HIGH (HIGH may be empty) or one number, got {text!r}'
            ) from error
    return parsed


def read_bins(path: str | Path) -> tuple[SizeBin, ...]:
    """Return the bins that the scores in a JSON file are of; raise UserError if it tells none."""
    content = read_json(Path(path))
    try:
        return make_bins(
            {'name': s['bin'], 'low': s['limits'][0], 'high': s['limits'][1], 'by': s['by']}
            for s in content['scores']
            if s['bin'] != ALL
        )
    except (LookupError, TypeError, ValueError) as error:
        raise UserError(f'{path} does not say in which size bins it was scored') from error


def _make_bin(entry: Any, by: str) -> SizeBin:
    if isinstance(entry, SizeBin):
        return entry
    fields: dict[str, Any] = dict(entry) if isinstance(entry, Mapping) else {}
    if isinstance(entry, (tuple, list)) and len(entry) == 3:
        fields = dict(zip(('name', 'low', 'high'), entry, strict=True))
    if 'name' not in fields or not fields.keys() <= {'name', 'low', 'high', 'by'}:
        raise UserError(
            "a size bin is (name, low, high) in the measure of the bins, such as ('tiny', 0, 256), "
            f'got {entry!r}'
        )
    if fields.get('high', math.inf) is None:
        fields['high'] = math.inf
    return SizeBin(**{'by': by, **fields})


def finite(limit: float) -> float | None:
    """Return a limit as JSON can hold it: None for no limit."""
    return None if math.isinf(limit) else limit
