"""The size-invariant scores of objects against their definition."""

import numpy as np
import pytest
from literal_saliency import draw, objects_of, si_f, si_mae, stretched

from res2net_mm.evaluation.saliency.salient_objects import find_objects, score_objects


@pytest.mark.parametrize('index', range(6))
def test_scores_are_those_of_every_box(index):
    truth, saliency = draw(index)
    values = stretched(saliency)
    found = score_objects(truth, values)
    assert sorted(found.area) == sorted(mask.sum() for mask in objects_of(truth)[0])
    for ours, reduce in ((found.max_f, np.max), (found.mean_f, np.mean), (found.adaptive_f, None)):
        assert ours.mean() == pytest.approx(si_f(values, truth, reduce), abs=1e-12)
    around = found.background_ratio * found.background_error
    mae = (around + found.error.sum()) / (found.background_ratio + len(found.area))
    assert mae == pytest.approx(si_mae(values, truth), abs=1e-12)


def test_small_parts_are_left_out_beside_a_large_one_and_kept_alone():
    truth = np.zeros((40, 40), bool)
    truth[2:5, 2:5] = truth[30:33, 30:33] = True  # 9 px each
    truth[20, 20] = True
    assert [area for _, area in find_objects(truth)] == [9, 9]
    truth[6:16, 6:16] = True
    assert [area for _, area in find_objects(truth)] == [100]
    assert find_objects(np.zeros((4, 4), bool)) == []


def test_corners_do_not_connect():
    truth = np.zeros((40, 40), bool)
    truth[:10, :10] = truth[10:20, 10:20] = True
    assert len(find_objects(truth)) == 2


@pytest.mark.parametrize('level', [0, 255])
def test_an_even_map_finds_everything(level):
    truth, _ = draw(1)
    values = np.full(truth.shape, level / 255)
    found = score_objects(truth, values)
    assert found.adaptive_f.mean() == pytest.approx(si_f(values, truth, None), abs=1e-12)
    assert found.max_f.mean() == pytest.approx(si_f(values, truth, np.max), abs=1e-12)


def test_a_box_that_covers_the_image_leaves_no_background():
    truth = np.zeros((20, 20), bool)
    np.fill_diagonal(truth, True)
    truth[0], truth[:, 0] = True, True
    found = score_objects(truth, np.where(truth, 1.0, 0.25))
    assert (found.background_error, found.background_ratio) == (0, 0)
    assert found.error == pytest.approx([0.25 * (~truth).mean()])
