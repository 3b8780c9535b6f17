"""The S-measure against its definition."""

import numpy as np
import pytest
from literal_saliency import draw, s_of, stretched

from res2net_mm.evaluation.saliency.structure import s_measure


@pytest.mark.parametrize('index', range(6))
def test_is_that_of_the_paper(index):
    truth, saliency = draw(index)
    values = stretched(saliency)
    assert s_measure(truth, values) == pytest.approx(s_of(values, truth), abs=1e-12)


def test_of_masks_of_one_kind_is_the_mean():
    values = stretched(draw(0)[1])
    assert s_measure(np.zeros(values.shape, bool), values) == 1 - values.mean()
    assert s_measure(np.ones(values.shape, bool), values) == values.mean()


def test_an_object_in_the_last_corner_leaves_empty_rectangles():
    truth = np.zeros((6, 7), bool)
    truth[-1, -1] = True
    assert s_measure(truth, truth.astype(float)) == pytest.approx(1, abs=1e-9)
    assert s_measure(truth, 1.0 - truth) < 0.3


def test_a_perfect_map_has_one_and_the_opposite_nearly_none():
    truth, _ = draw(2)
    assert s_measure(truth, truth.astype(float)) == pytest.approx(1, abs=1e-9)
    assert s_measure(truth, 1.0 - truth) == 0
