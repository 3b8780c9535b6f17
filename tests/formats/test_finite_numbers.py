"""Numbers out of JSON: finite ones, and nan for everything else."""

import math

import numpy as np
import pytest

from res2net_mm.formats.finite_numbers import boxes, finite, finite_or_nan, numbers

NO_NUMBERS = [None, True, '1', [1], math.inf, -math.inf, math.nan, 10**400]


@pytest.mark.parametrize('value', NO_NUMBERS, ids=lambda value: f'{value!r:.10}')
def test_what_is_no_number_is_nan(value):
    assert math.isnan(finite_or_nan(value))
    assert np.isnan(numbers([value, 1])).tolist() == [True, False]
    if value is not True:  # NumPy takes it for 1 among whole numbers
        assert np.isnan(boxes([[0, 1, 2, value], [0, 1, 2, 3]])).any(1).tolist() == [True, False]


@pytest.mark.parametrize('value', [0, 1.5, -3, np.float32(2), np.int64(7)])
def test_numbers_are_floats(value):
    assert finite_or_nan(value) == float(value)
    assert numbers([value, value]).tolist() == [value, value]


def test_boxes_are_four_numbers():
    given = [[1, 2, 3, 4], [1, 2, 3], None, 'abcd', (5.0, 6, 7, 8)]
    assert np.isnan(boxes(given)).all(1).tolist() == [False, True, True, True, False]
    assert boxes([]).shape == (0, 4)
    assert boxes([[1.0, 2.0, 3.0, 4.0]]).tolist() == [[1, 2, 3, 4]]


def test_texts_count_as_numbers_where_they_may():
    assert [finite(value) for value in ('1.5', ' -2 ', 3)] == [1.5, -2, 3]
    for value in ('x', 'nan', 'inf', '', None, True, math.nan):
        with pytest.raises((ValueError, TypeError)):
            finite(value)
