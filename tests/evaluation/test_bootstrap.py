"""Against a literal bootstrap: the drawn images are written out and evaluated anew."""

import numpy as np
import pytest

from lab.evaluation_speed import draw
from res2net_mm.evaluation import evaluate_by_size, with_intervals
from res2net_mm.evaluation.bootstrap import draw_images

BINS = [('tiny', 0, 900), ('rest', 900, None)]


def written_out(truth, results, weights):
    """The images of ``weights``, each as many times as it says, with ids of their own."""
    images, annotations, found = [], [], []
    for image, times in zip(sorted(truth['images'], key=lambda i: i['id']), weights, strict=True):
        for _ in range(times):
            new = len(images) + 1
            images.append({**image, 'id': new})
            for entry in truth['annotations']:
                if entry['image_id'] == image['id']:
                    annotations.append({**entry, 'image_id': new, 'id': len(annotations) + 1})
            found += [{**r, 'image_id': new} for r in results if r['image_id'] == image['id']]
    return {**truth, 'images': images, 'annotations': annotations}, found


def scores(result):
    """AP, AP50, AP75, AR of the bins, then of each class."""
    rows = [result.overall, *result.bins]
    for scored in result.classes:
        rows += [scored.overall, *scored.bins]
    return [[s.ap, s.ap50, s.ap75, s.ar_most] for s in rows]


def intervals(result):
    rows = [result.overall, *result.bins]
    for scored in result.classes:
        rows += [scored.overall, *scored.bins]
    names = ('AP', 'AP50', 'AP75', 'AR')
    return np.array([[s.intervals.get(n, (np.nan, np.nan)) for n in names] for s in rows])


def literal(truth, results, resamples, seed, protocol):
    drawn = [
        scores(evaluate_by_size(*written_out(truth, results, w), bins=BINS, protocol=protocol))
        for w in draw_images(len(truth['images']), resamples, seed)
    ]
    return np.array(drawn, dtype=float)  # None becomes nan


def moved(drawn, plain):
    """The draws of one score, their mean moved to the score; without those that have none."""
    there = drawn[~np.isnan(drawn)]
    return there - there.mean() + plain if there.size else there


def quantiles(drawn, plain):
    ends = np.full((*plain.shape, 2), np.nan)
    for place in np.ndindex(plain.shape):
        values = moved(drawn[(slice(None), *place)], plain[place])
        if values.size:
            ends[place] = np.quantile(values, [0.025, 0.975])
    return ends


@pytest.mark.parametrize('protocol', ['coco', 'voc07', 'voc12'])
def test_intervals_equal_the_literal_ones(untied, protocol):
    truth, boxes = untied
    result = evaluate_by_size(truth, boxes, bins=BINS, protocol=protocol)
    resampled = with_intervals(result, resamples=8, seed=5)
    drawn = literal(truth, boxes, 8, 5, protocol)
    expected = np.clip(quantiles(drawn, np.array(scores(result), dtype=float)), 0, 1)
    assert intervals(resampled) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    low, high = resampled.overall.intervals['AP']
    assert low < result.overall.ap < high
    assert resampled.overall.ap == result.overall.ap


@pytest.mark.slow
def test_intervals_cover():
    """Of many sets of images of one kind, as many intervals as they promise hold the mean AP."""
    aps, ends = [], []
    for seed in range(60):
        truth, found = draw(80, 400, 3, 2000, iou_type='bbox', seed=seed)
        result = with_intervals(evaluate_by_size(truth, found), resamples=200, level=0.9)
        aps.append(result.overall.ap)
        ends.append(result.overall.intervals['AP'])
    low, high = np.array(ends).T
    covered = ((low <= np.mean(aps)) & (np.mean(aps) <= high)).mean()
    assert 0.75 <= covered <= 1


def test_the_seed_decides(untied):
    result = evaluate_by_size(*untied)
    first, again, other = (with_intervals(result, resamples=9, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first.overall.intervals != other.overall.intervals
