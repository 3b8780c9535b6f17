"""Costs against plain loops in every bin, and against what tidecv said."""

import numpy as np
import pytest
from literal_errors import NAMES, literal_costs
from pycocotools import mask as mask_api

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.errors.error_costs import ErrorCosts
from res2net_mm.evaluation.detection.errors.error_kinds import KINDS


def box_iou(detection, thing):
    return mask_api.iou([detection['bbox']], [thing['bbox']], [thing['iscrowd']])[0, 0]


@pytest.mark.parametrize('seed', range(40, 44))
def test_costs_in_every_bin_equal_those_of_plain_loops(make_mistaken, seed):
    truth, results, _ = make_mistaken(seed)
    result = evaluate_by_size(truth, results, errors=True).errors
    ends = [(0, np.inf), (0, 32**2), (32**2, 96**2), (96**2, np.inf)]
    for place, (low, high) in enumerate(ends):
        expected, numbers = literal_costs(truth, results, low, high, box_iou)
        column = (result.overall, *result.bins)[place]
        assert column.errors == {kind: numbers[kind] for kind in KINDS}
        for k, category in enumerate(truth['categories']):
            of_class = (result.classes[k].overall, *result.classes[k].bins)[place]
            costs = expected[category['id']] or dict.fromkeys(of_class.scores)
            assert of_class.scores == pytest.approx(costs, abs=1e-9)
        there = [costs for costs in expected.values() if costs]
        for name in ('AP50', *NAMES):
            mean = np.mean([costs[name] for costs in there])
            assert column.scores[name] == pytest.approx(mean, abs=1e-9)


# What tidecv 1.0.1 says of these sets, in % (max_dets beyond the detections of any image).
TIDECV = """
seed type         AP       Cls       Loc      Both      Dupe       Bkg      Miss  FalsePos  FalseNeg
   1 bbox 34.475495 11.737443 12.864633  1.808322  3.529494  2.760400  0.563841 51.168070  5.677068
   1 segm 49.888856 21.038069  0.236239  0.000000  8.804283  1.830797  0.770077 45.160649  2.408265
   2 bbox 32.333328  8.653167 13.095518  3.254487  3.355558  2.450530  0.767975 48.854791  6.633758
   2 segm 46.349639 18.285493  4.560348  0.475551  5.978772  3.472812  0.000000 43.749371  4.176734
   3 bbox 35.129449  9.446463 17.813811  4.011012  2.921868  0.865935  0.000000 47.048769  7.335007
   3 segm 56.275464 24.476174  0.338649  0.139652  9.152656  0.439561  0.000000 39.764140  2.280704
"""
RECORDED = [line.split() for line in TIDECV.strip().splitlines()[1:]]


@pytest.mark.parametrize('recorded', RECORDED, ids=lambda recorded: '-'.join(recorded[:2]))
def test_all_sizes_equal_tidecv(make_mistaken, recorded):
    seed, iou_type, *theirs = recorded
    truth, boxes, masks = make_mistaken(int(seed))
    results = {'bbox': boxes, 'segm': masks}[iou_type]
    result = evaluate_by_size(truth, results, iou_type=iou_type, errors=True)
    ours = [100 * score for score in result.errors.overall.scores.values()]
    assert ours == pytest.approx(list(map(float, theirs)), abs=1e-6)


def test_an_image_of_weight_two_counts_as_two_images(make_mistaken):
    truth, results, _ = make_mistaken(5)
    random = np.random.default_rng(5)
    weights = random.integers(0, 3, len(truth['images'])).astype(np.int32)
    copies = {'images': [], 'annotations': [], 'categories': truth['categories']}
    found = []
    for image, times in zip(truth['images'], weights, strict=True):
        for _ in range(times):
            new = len(copies['images']) + 1
            copies['images'].append({**image, 'id': new})
            for of, entries in ((truth['annotations'], copies['annotations']), (results, found)):
                entries += [
                    {**e, 'image_id': new, 'id': len(entries) + i + 1}
                    for i, e in enumerate(e for e in of if e['image_id'] == image['id'])
                ]
    result = evaluate_by_size(truth, results, errors=True)
    costs = ErrorCosts(result.matches, result.errors.found)
    (weighted,) = costs.class_scores(weights[None])
    (expected,) = evaluate_by_size(copies, found, errors=True).errors.costs.class_scores()
    # Copies of a detection tie, and which comes first does not matter to the area.
    assert weighted == pytest.approx(expected, abs=0.01, nan_ok=True)
    assert np.nanmax(np.abs(weighted - costs.class_scores()[0])) > 0.01


def test_a_class_of_which_everything_is_missed_loses_all_to_missing(plant):
    truth, results, _ = plant('missed', 'small')
    small = {(a['image_id'], tuple(a['bbox'])) for a in truth['annotations'] if a['area'] == 400}
    results = [r for r in results if (r['image_id'], tuple(r['bbox'])) not in small]
    result = evaluate_by_size(truth, results, errors=True).errors
    assert (result.bins[0].ap50, result.bins[0].scores['missed']) == (0, 1)
    assert result.bins[0].scores['FN'] == 1
