"""Whole curves in odd bins against pycocotools."""

import copy

import numpy as np
import pytest
from test_matches import odd_bins, ranges

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.average_precision import (
    SCORE_NAMES,
    SCORES,
    AveragePrecision,
)


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
@pytest.mark.parametrize('seed', range(20, 26))
def test_curves_in_odd_bins_equal_pycocotools(make_coco, pycocotools_stats, seed, iou_type):
    random = np.random.default_rng(seed)
    truth, boxes, masks = make_coco(seed, images=int(random.integers(6, 20)))
    if seed % 2:  # ids from 0: pycocotools overlooks the first object
        for index, annotation in enumerate(truth['annotations']):
            annotation['id'] = index
    results = {'bbox': boxes, 'segm': masks}[iou_type]
    bins = odd_bins(random)
    limits = sorted({int(n) for n in random.integers(1, 9, 3)})
    theirs = pycocotools_stats(
        copy.deepcopy(truth), copy.deepcopy(results), iou_type, ranges(bins), limits
    )
    order = [theirs.params.catIds.index(c['id']) for c in truth['categories']]
    precision = theirs.eval['precision'][..., -1][:, :, order]  # T, R, K, A
    recall = theirs.eval['recall'][:, order]  # T, K, A, M

    ours = evaluate_by_size(truth, results, iou_type=iou_type, bins=bins, max_dets=limits)
    average = AveragePrecision(ours.matches)
    curves = np.nan_to_num(average.precision_at_recalls(), nan=-1)
    assert curves.transpose(1, 3, 2, 0) == pytest.approx(precision, abs=1e-9)
    scores = average()
    assert np.nan_to_num(scores.recall, nan=-1).transpose(1, 2, 0, 3) == pytest.approx(
        recall, abs=1e-9
    )
    assert np.nan_to_num(scores.ap, nan=-1).transpose(1, 2, 0) == pytest.approx(
        precision.mean(axis=1), abs=1e-9
    )
    assert precision.max() > 0


def test_weights_count_images_and_a_row_is_a_mean_of_its_values(untied):
    matches = evaluate_by_size(*untied, bins=[('any', 0, None)]).matches
    average = AveragePrecision(matches)
    (plain,) = average.class_scores()
    assert plain.shape == (len(SCORE_NAMES), 2, 3)
    twice = np.full((1, average.images), 2)
    assert average.class_scores(twice)[0] == pytest.approx(plain, nan_ok=True)
    assert (2 * average.class_objects() == average(twice[0]).objects).all()
    ap75 = SCORES[SCORE_NAMES.index('AP75')].of(average(), matches.protocol.ious)
    assert ap75 == pytest.approx(average().ap[:, 5:6], nan_ok=True)
    assert np.isnan(SCORES[2].of(average(), matches.protocol.ious[:1])).all()
