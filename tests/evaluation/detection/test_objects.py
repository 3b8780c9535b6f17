import numpy as np
import pytest

from res2net_mm.evaluation.detection.objects import place_in_run, sort_detections


@pytest.mark.parametrize('most', [2, np.inf])
def test_detections_are_sorted_and_ranked(most):
    image = np.array([1, 0, 0, 1, 0, 0])
    category = np.array([0, 0, 1, 0, 0, 0])
    score = np.array([0.5, 0.5, 0.9, 0.7, 0.6, 0.4])
    found = sort_detections(
        image, category, score, np.zeros((6, 4)), np.arange(6.0),
        source=np.arange(6), rle=None, most=most,
    )  # fmt: skip
    # By category, then by score; equal scores by image.
    expected = [3, 4, 1, 0, 5, 2] if most > 2 else [3, 4, 1, 0, 2]
    assert found.source.tolist() == found.area.tolist() == expected
    ranks = {3: 0, 4: 0, 1: 1, 0: 1, 5: 2, 2: 0}
    assert found.rank.tolist() == [ranks[index] for index in expected]


def test_place_in_run():
    assert place_in_run(np.array([7, 7, 8, 7, 7, 7])).tolist() == [0, 1, 0, 0, 1, 2]
    assert place_in_run(np.array([1, 1, 1]), np.array([2, 3, 3])).tolist() == [0, 0, 1]
    assert place_in_run(np.zeros(0)).tolist() == []
