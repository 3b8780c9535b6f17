"""Checks of masks in COCO's forms, before pycocotools computes with them.

pycocotools does not check: a polygon far off the image has it draw for hours or end the process,
and runs that do not fill their image give areas of billions.
"""

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np
import numpy.typing as npt

from res2net_mm.formats.finite_numbers import finite_or_nan

AT_ONCE = 4096  # masks
REACH = 10  # sides of the image that a polygon may reach off it
_LONGEST = 7  # letters of a number in a compressed RLE, 5 bits each


def is_polygon(points: Any, height: int, width: int, *, corners: int = 3) -> bool:
    """Return whether these are x, y of at least so many corners on an image or near it, in px."""
    if not isinstance(points, (list, tuple)) or len(points) < 2 * corners or len(points) % 2:
        return False
    far = REACH * max(height, width)
    if {*map(type, points)} <= {int, float}:  # the usual, of which a file may hold 50 million
        # min and max pass over NaN unless it comes first.
        return -far <= min(points) and max(points) <= far and not math.isnan(sum(points))
    return all(abs(finite_or_nan(value)) <= far for value in points)


def runs_fill(counts: Any, height: int, width: int) -> bool:
    """Return whether uncompressed runs are whole numbers that fill an image."""
    if not isinstance(counts, (list, tuple)):
        return False
    if not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) >= 0 for n in counts):
        return False
    return sum(counts) == height * width


def compressed_runs_fill(
    counts: Sequence[str | bytes], sizes: Sequence[tuple[int, int]]
) -> npt.NDArray[Any]:
    """Return whether compressed runs can be read and fill their images, (N,) bool.

    Args:
        counts: Compressed run lengths as in COCO: numbers of 5 bits a letter, the lowest bits
            first. From the third number on, each is the difference from the number two places
            before it.
        sizes: Height and width of each image, in px.

    Source: pycocotools, ``rleFrString`` in maskApi.c.
    """
    parts = [
        _fill(counts[i : i + AT_ONCE], sizes[i : i + AT_ONCE])
        for i in range(0, len(counts), AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)


def _fill(counts: Sequence[str | bytes], sizes: Sequence[tuple[int, int]]) -> npt.NDArray[Any]:
    """Return the same for masks that fit into memory all at once."""
    texts = [c if isinstance(c, bytes) else c.encode('utf-8', 'replace') for c in counts]
    good = np.array([len(text) > 0 for text in texts], dtype=bool)
    letters = np.frombuffer(b''.join(texts), np.uint8).astype(np.int64) - 48
    of_letter = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    _rule_out(good, of_letter[(letters < 0) | (letters > 63)])
    if not len(letters):
        return good

    ends = letters & 32 == 0
    last = np.append(of_letter[1:] != of_letter[:-1], True)
    _rule_out(good, of_letter[last & ~ends])
    ends |= last  # so that a number cut short does not go on in the next mask
    starts = np.flatnonzero(np.append(True, ends[:-1]))
    lengths = np.diff(np.append(starts, len(letters)))
    of_number = of_letter[starts]
    _rule_out(good, of_number[lengths > _LONGEST])
    place = np.minimum(np.arange(len(letters)) - np.repeat(starts, lengths), _LONGEST)
    values = np.add.reduceat((letters & 31) << 5 * place, starts)
    negative = letters[starts + lengths - 1] & 16 != 0
    values -= negative * (1 << 5 * np.minimum(lengths, _LONGEST))

    firsts = np.flatnonzero(np.append(True, of_number[1:] != of_number[:-1]))
    index = np.arange(len(values)) - np.repeat(firsts, np.diff(np.append(firsts, len(values))))
    for chain in (index % 2 == 1, (index % 2 == 0) & (index > 0)):
        values[chain] = _sums_within(values[chain], of_number[chain])
    _rule_out(good, of_number[values < 0])
    total = np.zeros(len(texts), dtype=np.int64)
    np.add.at(total, of_number, values)
    return good & (total == [height * width for height, width in sizes])


def _sums_within(values: npt.NDArray[Any], groups: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return running sums that begin anew with each group."""
    sums = np.cumsum(values)
    first = np.append(True, groups[1:] != groups[:-1])[: len(groups)]
    before = (sums - values)[first]
    return sums - np.repeat(before, np.diff(np.append(np.flatnonzero(first), len(values))))


def _rule_out(good: npt.NDArray[Any], bad: npt.NDArray[Any]) -> None:
    good[bad] = False
