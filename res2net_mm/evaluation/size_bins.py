"""Size bins: named ranges of object area, in which AP and AR are counted apart.

The area is in square pixels of the original image. Both ends belong to a bin (``low <= area <=
high``), because that is what pycocotools does: an object of exactly 32^2 px is counted as small and
as medium, and the counts of neighbouring bins may add up to more than the count of all.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np

from res2net_mm.errors import UserError

ALL = 'all'


@dataclass(frozen=True)
class SizeBin:
    """A named range of area.

    Args:
        name: What the bin is called in tables and metric keys; ``all`` is taken.
        low: Smallest area in it, in px^2.
        high: Largest area in it, in px^2; infinity for no limit.

    Raises:
        UserError: If the name is empty or not a word, or the limits are not ``0 <= low < high``.
    """

    name: str
    low: float = 0.0
    high: float = math.inf

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name or not self.name.isprintable():
            raise UserError(f'a size bin needs a name of printable letters, got {self.name!r}')
        if any(letter in self.name for letter in ' /'):
            # The name becomes part of a metric key such as coco/bbox_mAP_tiny.
            raise UserError(f'size bin {self.name!r}: a name must not hold a space or a slash')
        limits = (self.low, self.high)
        if not all(isinstance(limit, Real) and not isinstance(limit, bool) for limit in limits):
            raise UserError(f'size bin {self.name!r}: limits must be numbers in px^2, got {limits}')
        if not 0 <= self.low < self.high:  # false for nan, too
            raise UserError(
                f'size bin {self.name!r}: needs 0 <= low < high, got low {self.low}, '
                f'high {self.high} (px^2 of area)'
            )

    def holds(self, areas: np.ndarray) -> np.ndarray:
        """Which of ``areas`` (px^2) lie in the bin, both ends included; bool, same shape."""
        areas = np.asarray(areas)
        return (areas >= self.low) & (areas <= self.high)

    @property
    def limits(self) -> str:
        """The limits as text, squares written as squares: ``32^2..96^2``."""
        if math.isinf(self.high):
            return f'>= {_square(self.low)}' if self.low else 'any'
        if not self.low:
            return f'<= {_square(self.high)}'
        return f'{_square(self.low)}..{_square(self.high)}'


#: COCO's three sizes.
COCO_BINS = (
    SizeBin('small', 0, 32**2),
    SizeBin('medium', 32**2, 96**2),
    SizeBin('large', 96**2, math.inf),
)


def make_bins(bins: Iterable | None) -> tuple[SizeBin, ...]:
    """Bins as written in a config, checked.

    Args:
        bins: ``SizeBin``s, ``(name, low, high)`` or ``dict(name=..., low=..., high=...)``, in the
            order of the table's columns; high may be None for no limit. They may overlap and may
            leave gaps. None stands for :data:`COCO_BINS`.

    Raises:
        UserError: If a bin cannot be read, a name is used twice or is ``all``.
    """
    if bins is None:
        return COCO_BINS
    made = tuple(_make_bin(entry) for entry in bins)
    names = [entry.name for entry in made]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f'size bin {name!r} is given more than once; names must differ')
    if ALL in names:
        raise UserError(f'a size bin cannot be called {ALL!r}: every table has that column already')
    return made


def _make_bin(entry) -> SizeBin:
    if isinstance(entry, SizeBin):
        return entry
    fields = dict(entry) if isinstance(entry, Mapping) else None
    if fields is None and isinstance(entry, (tuple, list)) and len(entry) == 3:
        fields = dict(zip(('name', 'low', 'high'), entry, strict=True))
    if fields is None or 'name' not in fields or not fields.keys() <= {'name', 'low', 'high'}:
        raise UserError(
            f'a size bin is (name, low, high) with areas in px^2, for example '
            f"('tiny', 0, 256), got {entry!r}"
        )
    if fields.get('high', math.inf) is None:
        fields['high'] = math.inf
    return SizeBin(**fields)


def _square(area: float) -> str:
    side = math.sqrt(area)
    return f'{int(side)}^2' if side == int(side) else f'{area:g}'
