"""Against a literal bootstrap: the drawn images are written out and evaluated anew."""

import numpy as np
import pytest

from lab.evaluation_speed import draw
from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results, evaluate_by_size, with_intervals
from res2net_mm.evaluation.bootstrap import draw_images

BINS = [('tiny', 0, 900), ('rest', 900, None)]


@pytest.fixture
def coco(make_coco):
    truth, boxes, _ = make_coco(3)
    for index, box in enumerate(boxes):  # written-out copies of an image must not tie within it
        box['score'] = (box['score'] * 1e4 + index) / 1e5
    return truth, boxes


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
def test_intervals_equal_the_literal_ones(coco, protocol):
    truth, boxes = coco
    result = evaluate_by_size(truth, boxes, bins=BINS, protocol=protocol)
    resampled = with_intervals(result, resamples=8, seed=5)
    drawn = literal(truth, boxes, 8, 5, protocol)
    expected = np.clip(quantiles(drawn, np.array(scores(result), dtype=float)), 0, 1)
    assert intervals(resampled) == pytest.approx(expected, abs=1e-9, nan_ok=True)
    low, high = resampled.overall.intervals['AP']
    assert low < result.overall.ap < high
    assert resampled.overall.ap == result.overall.ap


def test_a_difference_is_that_of_the_same_draws(coco):
    truth, boxes = coco
    worse = boxes[: len(boxes) * 2 // 3]
    a, b = (evaluate_by_size(truth, found, bins=BINS) for found in (worse, boxes))
    compared = compare_results(a, b, resamples=8, seed=2)
    gain = literal(truth, boxes, 8, 2, 'coco') - literal(truth, worse, 8, 2, 'coco')
    plain = np.array(scores(b), dtype=float) - np.array(scores(a), dtype=float)
    expected = quantiles(gain, plain)
    rows = [compared.overall, *compared.bins]
    for scored in compared.classes:
        rows += [scored.overall, *scored.bins]
    checked = 0
    for r, row in enumerate(rows):
        for s, name in enumerate(('AP', 'AP50', 'AP75', 'AR')):
            if name not in row.scores:
                assert row.objects == 0
                continue
            difference = row.scores[name]
            assert (difference.low, difference.high) == pytest.approx(expected[r, s], abs=1e-9)
            wins = (moved(gain[:, r, s], plain[r, s]) > 1e-12).mean()
            assert difference.b_wins == pytest.approx(wins)
            checked += 1
    assert checked >= 36
    assert compared.overall.scores['AP'].difference == b.overall.ap - a.overall.ap
    assert compared.overall.objects == a.overall.boxes


def test_noise_is_told_from_a_gain(coco):
    truth, boxes = coco
    half = [{**b, 'bbox': [b['bbox'][0] + 0.3 * b['bbox'][2], *b['bbox'][1:]]} for b in boxes]
    good, bad = (evaluate_by_size(truth, found) for found in (boxes, half))
    gained = compare_results(bad, good, resamples=50).overall.scores['AP']
    assert gained.beyond_noise
    assert gained.low > 0
    assert gained.b_wins == 1
    lost = compare_results(good, bad, resamples=50).overall.scores['AP']
    assert (lost.low, lost.high) == pytest.approx((-gained.high, -gained.low))
    same = compare_results(good, good, resamples=50).overall.scores['AP']
    assert not same.beyond_noise
    assert (same.low, same.high, same.b_wins) == (0, 0, 0)


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


def test_the_seed_decides(coco):
    result = evaluate_by_size(*coco)
    first, again, other = (with_intervals(result, resamples=9, seed=s) for s in (1, 1, 2))
    assert first == again
    assert first.overall.intervals != other.overall.intervals


def test_what_cannot_be_compared_is_named(coco):
    truth, boxes = coco
    result = evaluate_by_size(truth, boxes)
    other_bins = evaluate_by_size(truth, boxes, bins=BINS)
    with pytest.raises(UserError, match=r'differ in bins$'):
        compare_results(result, other_bins)
    fewer = {**truth, 'annotations': truth['annotations'][1:]}
    with pytest.raises(UserError, match='differ in ground-truth objects'):
        compare_results(result, evaluate_by_size(fewer, boxes))
    with pytest.raises(UserError, match='2 resamples or more, got 1'):
        compare_results(result, result, resamples=1)
    with pytest.raises(UserError, match='between 0 and 1, got 95'):
        with_intervals(result, level=95)
