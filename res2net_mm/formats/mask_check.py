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

AT_ONCE = 1024  # masks: what they take fits into a processor's cache
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
    letters = np.frombuffer(b''.join(texts), np.uint8) - np.uint8(48)  # those below 48 wrap around
    if not len(letters):
        return good
    after = np.cumsum([len(text) for text in texts])  # the place after the last letter of a mask

    def mask_at(places: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.searchsorted(after, places, side='right')

    _rule_out(good, mask_at(np.flatnonzero(letters > 63)))
    ends = letters & 32 == 0
    filled = np.diff(after, prepend=0) > 0
    last = after[filled] - 1
    _rule_out(good, mask_at(last[~ends[last]]))
    ends[last] = True  # so that a number cut short does not go on in the next mask
    stops = np.flatnonzero(ends)
    starts = np.append(0, stops[:-1] + 1)
    lengths = stops + 1 - starts
    # Most numbers have one letter: the others are made longer step by step.
    values = (letters[starts] & 31).astype(np.int64)
    for place in range(1, min(int(lengths.max()), _LONGEST)):
        longer = np.flatnonzero(lengths > place)
        values[longer] += (letters[starts[longer] + place] & 31).astype(np.int64) << 5 * place
    _rule_out(good, mask_at(starts[lengths > _LONGEST]))
    negative = np.flatnonzero(letters[stops] & 16)
    values[negative] -= 1 << 5 * np.minimum(lengths[negative], _LONGEST)

    firsts = np.searchsorted(starts, after[filled] - np.diff(after, prepend=0)[filled])
    numbers = np.diff(np.append(firsts, len(values)))
    of_number = np.repeat(np.flatnonzero(filled), numbers)
    index = np.arange(len(values)) - np.repeat(firsts, numbers)
    for chain in (index % 2 == 1, (index % 2 == 0) & (index > 0)):
        values[chain] = _sums_within(values[chain], of_number[chain])
    _rule_out(good, of_number[values < 0])
    total = np.zeros(len(texts), dtype=np.int64)
    total[filled] = np.add.reduceat(values, firsts)
    return good & (total == [height * width for height, width in sizes])


def _sums_within(values: npt.NDArray[Any], groups: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return running sums that begin anew with each group."""
    sums = np.cumsum(values)
    first = np.append(True, groups[1:] != groups[:-1])[: len(groups)]
    before = (sums - values)[first]
    return sums - np.repeat(before, np.diff(np.append(np.flatnonzero(first), len(values))))


def _rule_out(good: npt.NDArray[Any], bad: npt.NDArray[Any]) -> None:
    good[bad] = False
