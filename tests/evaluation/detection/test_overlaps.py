import numpy as np
import pytest
from pycocotools import mask as mask_api
from test_matches import detections, objects

from res2net_mm.evaluation.detection import overlaps


def test_pairs_are_those_of_pycocotools(monkeypatch):
    monkeypatch.setattr(overlaps, 'CHUNK', 7)  # so that there are many parts
    random = np.random.default_rng(0)
    truth_box, found_box = (random.integers(1, 30, (n, 4)) for n in (9, 12))
    crowd = random.random(9) < 0.3
    truth, found = objects(*truth_box, ignored=crowd, crowd=crowd), detections(*found_box)
    expected = mask_api.iou(found_box.astype(float), truth_box.astype(float), crowd.tolist())
    pairs = overlaps.overlapping_pairs(truth, found, 0.1)
    assert np.stack([pairs.found, pairs.truth], 1).tolist() == np.argwhere(expected >= 0.1).tolist()
    assert pairs.iou == pytest.approx(expected[expected >= 0.1], abs=0)


def test_other_images_and_categories_do_not_overlap():
    truth, found = objects([0, 0, 9, 9], [0, 0, 9, 9]), detections([0, 0, 9, 9])
    truth.image[0] = 1
    pairs = overlaps.overlapping_pairs(truth, found, 0.5)
    assert (pairs.found.tolist(), pairs.truth.tolist()) == ([0], [1])
    truth.category[1] = 1
    assert overlaps.overlapping_pairs(truth, found, 0.5).iou.size == 0
