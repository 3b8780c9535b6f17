"""Precision, recall, F and E against the definitions, threshold by threshold."""

import numpy as np
import pytest
from literal_saliency import adaptive, at_thresholds, draw, e_of, f_of, stretched

from res2net_mm.evaluation.saliency.curves import (
    count_found,
    count_found_adaptively,
    e_measure,
    f_measure,
    precision_and_recall,
    stretch,
)

MASKS = {
    'drawn': lambda truth: truth,
    'nothing salient': np.zeros_like,
    'all salient': np.ones_like,
}


@pytest.mark.parametrize('mask', MASKS)
@pytest.mark.parametrize('index', range(3))
def test_curves_are_those_of_every_threshold(index, mask):
    truth, saliency = draw(index, 24, 30)
    truth, values = MASKS[mask](truth), stretch(saliency)
    np.testing.assert_array_equal(values, stretched(saliency))
    right, false = count_found(truth, values)
    salient = truth.sum()
    f = f_measure(*precision_and_recall(right, false, salient))
    np.testing.assert_allclose(f, at_thresholds(f_of, values, truth), rtol=0, atol=1e-12)
    e = e_measure(right, false, salient, truth.size)
    np.testing.assert_allclose(e, at_thresholds(e_of, values, truth), rtol=0, atol=1e-12)
    found = count_found_adaptively(truth, values)
    of_found = f_measure(*precision_and_recall(*found, salient))
    assert of_found == pytest.approx(adaptive(f_of, values, truth), abs=1e-12)
    assert e_measure(*found, salient, truth.size) == pytest.approx(adaptive(e_of, values, truth))


@pytest.mark.parametrize('level', [0, 77, 255])
def test_an_even_map_is_not_stretched(level):
    values = stretch(np.full((4, 5), level, np.uint8))
    np.testing.assert_array_equal(values, level / 255)


def test_a_perfect_map_is_perfect_up_to_the_lowest_threshold():
    truth, _ = draw(1)
    right, false = count_found(truth, stretch((255 * truth).astype(np.uint8)))
    f = f_measure(*precision_and_recall(right, false, truth.sum()))
    assert (f[:-1] == 1).all()
    assert f[-1] < 1  # at 0 everything is found
    assert e_measure(right, false, truth.sum(), truth.size).max() == pytest.approx(
        truth.size / (truth.size - 1)
    )
