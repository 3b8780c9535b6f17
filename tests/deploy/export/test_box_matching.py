"""Boxes are matched greedily: the pair of the greatest IoU first."""

import numpy as np

from res2net_mm.deploy.export.box_matching import match_boxes


def prediction(*rows):
    rows = np.asarray(rows, float).reshape(-1, 6)
    return dict(boxes=rows[:, :4], scores=rows[:, 4], labels=rows[:, 5].astype(int))


def test_each_box_has_one_match_and_the_rest_have_none():
    one, close = (0, 0, 100, 100, 0.9, 1), (0, 0, 100, 99, 0.9, 1)
    matches = match_boxes(prediction(one, one), prediction(close, one, (*one[:4], 0.5, 1)))
    assert sorted(matches.indices) == [0, 1]
    assert sorted(matches.ious) == [0.99, 1]
    assert matches.unmatched.tolist() == [0.5]


def test_label_score_and_overlap_must_agree():
    box = (0, 0, 10, 10, 0.9, 1)
    for other in ((*box[:5], 2), (*box[:4], 0.8, 1), (5, *box[1:])):
        matches = match_boxes(prediction(box), prediction(other))
        assert matches.indices.tolist() == [-1]
        assert len(matches.unmatched) == 2


def test_nothing_matches_nothing():
    assert len(match_boxes(prediction(), prediction()).unmatched) == 0
