"""Errors that were planted in one size are found there and nowhere else."""

import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.errors import KINDS

SIZES = ('small', 'medium', 'large')


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('kind', KINDS)
def test_planted_errors_are_found_in_their_size_and_kind_alone(plant, kind, size):
    truth, results, planted = plant(kind, size)
    result = evaluate_by_size(truth, results, errors=True).errors
    for column in result.columns:
        there = column.size_bin.name in (size, 'all')
        costs = {name: column.scores[name] for name in KINDS}
        assert column.errors == dict.fromkeys(KINDS, 0) | ({kind: planted} if there else {})
        if there:
            assert costs.pop(kind) == pytest.approx(1 - column.ap50)
            assert column.ap50 < 0.95
        else:
            assert column.ap50 == 1
        assert set(costs.values()) == {0}


def test_a_loose_box_of_another_size_costs_its_object_and_its_own_size(plant):
    truth, results, _ = plant('missed', 'small')
    missing = [a for a in truth['annotations'] if a['area'] == 400 and a['image_id'] == 2]
    x, y, w, h = missing[0]['bbox']
    loose = {**results[0], 'score': 1.0, 'bbox': [x, y, 2 * w, 2 * h]}  # 40 px: medium, IoU 1/4
    loose |= {key: missing[0][key] for key in ('image_id', 'category_id')}
    result = evaluate_by_size(truth, [*results, loose], errors=True).errors
    small, medium, large = result.bins
    assert small.scores['localisation'] > 0
    assert small.errors['localisation'] == 1
    assert medium.scores['localisation'] > 0
    assert medium.errors['localisation'] == 1
    assert not any(large.errors.values())
