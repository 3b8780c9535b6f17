"""Numbers out of JSON and XML: finite numbers as floats, anything else as nan or an error."""

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt


def finite_or_nan(value: Any) -> float:
    """Return the value as a float; nan for what is not a finite number (a text, True, 10^400)."""
    if type(value) is float:  # most are, and asking for Real takes longer
        return value if math.isfinite(value) else math.nan
    if not isinstance(value, Real) or isinstance(value, bool):
        return math.nan
    try:
        number = float(value)
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def finite(value: Any) -> float:
    """Return a number, or a text that is one, as a float.

    Raises:
        ValueError: It is no finite number.
    """
    number = finite_or_nan(float(value) if isinstance(value, str) else value)
    if math.isnan(number):
        raise ValueError(f'{value!r} is not a finite number')
    return number


def numbers(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Return (D,) float64, nan for what is not a finite number."""
    if set(map(type, values)) <= {float}:
        array = np.array(values, dtype=float)
        return np.where(np.isfinite(array), array, np.nan)
    return np.fromiter(map(finite_or_nan, values), float, len(values))


def boxes(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Return (D, 4) float64, nan for what is not four finite numbers."""
    try:
        array = np.array(values)
    except (ValueError, OverflowError):  # of different lengths, or beyond any float
        array = np.zeros(0)
    if array.shape == (len(values), 4) and array.dtype.kind in 'iuf':
        return np.where(np.isfinite(array), array, np.nan).astype(float)
    rows = (
        [finite_or_nan(side) for side in value]
        if isinstance(value, (list, tuple, np.ndarray)) and len(value) == 4
        else [math.nan] * 4
        for value in values
    )
    return np.array(list(rows), dtype=float).reshape(len(values), 4)
