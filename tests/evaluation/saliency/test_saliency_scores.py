"""Scores in bins and under drawn weights against literal ones of the images that count."""

import numpy as np
import pytest
from literal_saliency import (
    adaptive,
    at_thresholds,
    draw,
    e_of,
    f_of,
    objects_of,
    s_of,
    si_f,
    si_mae,
    stretched,
)

from res2net_mm.evaluation.saliency import measure_saliency, stack_saliency
from res2net_mm.evaluation.saliency.saliency_scores import SCORE_NAMES, average
from res2net_mm.evaluation.size_bins import make_bins

BINS = make_bins([('small', 0, 250), ('large', 250, None), ('everything', 0, None)])
IMAGES = [draw(i, objects=1 + i % 3) for i in range(7)] + [draw(7, objects=0)]


@pytest.fixture(scope='module')
def measured():
    return stack_saliency([(str(i), measure_saliency(*image)) for i, image in enumerate(IMAGES)])


def literal(images):
    """The scores that no size is needed for."""
    pairs = [(stretched(saliency), truth) for truth, saliency in images]
    f = np.mean([at_thresholds(f_of, *pair) for pair in pairs], axis=0)
    e = np.mean([at_thresholds(e_of, *pair) for pair in pairs], axis=0)
    found = [[np.floor(v * 255) >= t for t in range(255, -1, -1)] for v, _ in pairs]
    right = [[(x & t).sum() for x in of] for of, (_, t) in zip(found, pairs, strict=True)]
    rows = [zip(*of, strict=True) for of in zip(right, found, strict=True)]
    precision = np.mean([[r / max(x.sum(), 1) for r, x in row] for row in rows], axis=0)
    recall = np.mean(
        [np.array(r) / max(t.sum(), 1) for r, (_, t) in zip(right, pairs, strict=True)], axis=0
    )
    return {
        'maxF': f.max(),
        'meanF': f.mean(),
        'adpF': np.mean([adaptive(f_of, *pair) for pair in pairs]),
        'maxF_PR': np.max(1.3 * precision * recall / (0.3 * precision + recall)),
        'MAE': np.mean([abs(v - t).mean() for v, t in pairs]),
        'S': np.mean([s_of(*pair) for pair in pairs]),
        'maxE': e.max(),
        'meanE': e.mean(),
        'adpE': np.mean([adaptive(e_of, *pair) for pair in pairs]),
    }


def literal_size_invariant(images):
    pairs = [(stretched(saliency), truth) for truth, saliency in images]
    return {
        'SI_maxF': np.mean([si_f(*pair, np.max) for pair in pairs]),
        'SI_meanF': np.mean([si_f(*pair, np.mean) for pair in pairs]),
        'SI_adpF': np.mean([si_f(*pair, None) for pair in pairs]),
        'SI_MAE': np.mean([si_mae(*pair) for pair in pairs]),
    }


def check(scores, expected):
    found = dict(zip(SCORE_NAMES, scores, strict=True))
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=1e-12), name


def test_all_images_count_in_the_column_of_all(measured):
    (scores,) = average(measured, BINS).class_scores()
    check(scores[:, 0, 0], {**literal(IMAGES), **literal_size_invariant(IMAGES)})


def test_a_bin_holds_the_images_of_its_salient_pixels_and_its_objects(measured):
    means = average(measured, BINS)
    (scores,) = means.class_scores()
    areas = [truth.sum() for truth, _ in IMAGES]
    small = [image for image, area in zip(IMAGES, areas, strict=True) if 0 < area <= 250]
    assert 1 < len(small) < len(IMAGES) - 2
    check(scores[:, 1, 0], literal(small))
    mae = [si_mae(stretched(s), t, lambda area: area <= 250) for t, s in IMAGES if t.any()]
    check(scores[:, 1, 0], {'SI_MAE': np.nanmean(mae)})
    objects = [[m.sum() for m in objects_of(truth)[0]] for truth, _ in IMAGES]
    flat = np.concatenate(objects)
    assert means.objects.tolist() == [
        len(flat),
        (flat <= 250).sum(),
        (flat >= 250).sum(),
        len(flat),
    ]


def test_a_bin_of_everything_equals_the_images_with_objects(measured):
    (scores,) = average(measured, BINS).class_scores()
    with_objects = [image for image in IMAGES if image[0].any()]
    check(scores[:, 3, 0], {**literal(with_objects), **literal_size_invariant(with_objects)})


def test_weights_count_images_several_times(measured):
    weights = np.array([[2, 0, 1, 0, 3, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 2]])
    first, second = average(measured, BINS).class_scores(weights)
    drawn = [image for image, n in zip(IMAGES, weights[0], strict=True) for _ in range(n)]
    check(first[:, 0, 0], {**literal(drawn), **literal_size_invariant(drawn)})
    assert np.isnan(second[:, 1:]).all()  # the image without objects lies in no bin
    assert not np.isnan(second[:, 0]).any()
