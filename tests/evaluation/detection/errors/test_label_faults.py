"""Faults that were planted in the labels come first among those that are found."""

import copy

import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.errors.label_faults import FAULTS, find_label_faults


def find(truth, results):
    result = evaluate_by_size(truth, results, errors=True)
    faults = find_label_faults(result.matches, result.errors.found)
    return result.matches, faults


def small(truth):
    return [a for a in truth['annotations'] if a['area'] == 400]


@pytest.mark.parametrize('kind', FAULTS)
def test_planted_faults_are_found_by_kind_and_size(plant, kind):
    truth, results, _ = plant('missed', 'large')
    assert [f for f in find(truth, results)[1] if f.size == 'small'] == []
    truth = copy.deepcopy(truth)
    bad = small(truth)[::6]
    for annotation in bad:
        if kind == 'missing':
            truth['annotations'].remove(annotation)
        elif kind == 'loose':
            x, y, w, h = annotation['bbox']
            annotation['bbox'] = [x - 5, y - 5, w + 10, h + 10]
        else:
            annotation['category_id'] = 3 - annotation['category_id']
    matches, faults = find(truth, results)
    places = {(a['image_id'], tuple(a['bbox'])) for a in bad}
    assert {(fault.kind, fault.size) for fault in faults} == {(kind, 'small')}
    assert len(faults) == len(bad) == 4
    if kind != 'missing':
        at = {
            (matches.image_ids[f.image], tuple(matches.truth.box[f.thing].tolist())) for f in faults
        }
        assert at == places
    assert [f.weight for f in faults] == sorted((f.weight for f in faults), reverse=True)
    entry = faults[0].to_dict(matches, [f'{i}.jpg' for i in range(8)], truth['annotations'])
    assert entry['file_name'] == f'{faults[0].image}.jpg'
    assert ('annotation_id' in entry) == (kind != 'missing')


def test_several_detections_of_one_place_are_one_fault(plant):
    truth, results, _ = plant('missed', 'large')
    gone = truth['annotations'].pop(0)
    again = [
        dict(image_id=gone['image_id'], category_id=k, bbox=gone['bbox'], score=s)
        for k, s in ((1, 0.99), (2, 0.3), (1, 0.2))
    ]
    matches, faults = find(truth, [*results, *again])
    assert [(f.kind, f.size) for f in faults] == [('missing', 'small')]
    assert matches.found.score[faults[0].detection] == 0.99
