import numpy as np
import pytest

from res2net_mm.apparent_size.pooling import (
    PooledScores,
    View,
    apparent_sides,
    octaves,
    pool_views,
)
from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.errors import error_result

ZOOMS = (0.5, 1, 3)


def draw_set(seed):
    """Draw ground truth of two classes with crowds, and detections of a few distinct scores."""
    random = np.random.default_rng(seed)
    annotations: list[dict] = []
    found = []
    images = [{'id': 7 + 3 * i, 'width': 320, 'height': 240} for i in range(8)]
    for image in images[:-1]:
        for _ in range(random.integers(1, 7)):
            sides = np.minimum(random.uniform(0.7, 1.3, 2) * random.choice([9, 25, 60, 130]), 200)
            box = np.r_[random.uniform(0, 40, 2), sides]
            category = int(random.choice([2, 5]))
            annotation = dict(image_id=image['id'], category_id=category, bbox=box.tolist())
            annotation |= dict(area=float(sides.prod()), iscrowd=int(random.random() < 0.1))
            annotations.append({'id': len(annotations) + 1, **annotation})
            for _ in range(3):
                moved = box + random.normal(0, 0.06, 4) * np.r_[sides, sides]
                score = float(np.round(random.random(), 1))
                entry = dict(image_id=image['id'], category_id=category, score=score)
                found.append({**entry, 'bbox': np.maximum(moved, [-20, -20, 3, 3]).tolist()})
    categories = [{'id': 2, 'name': 'ant'}, {'id': 5, 'name': 'bee'}]
    return dict(images=images, annotations=annotations, categories=categories), found


@pytest.fixture
def pooled():
    """Views of random data at three zooms, and the same stretched to one large data set."""
    views, images, annotations, found = [], [], [], []
    for number, zoom in enumerate(ZOOMS):
        truth, boxes = draw_set(5)
        random = np.random.default_rng(number)
        boxes = [box for box in boxes if random.random() < 0.7]
        result = evaluate_by_size(truth, boxes, errors=True)
        views.append(View(result.matches, np.full(len(truth['images']), zoom**2, float)))

        def of(image_id, number=number):
            return image_id + 1000 * number

        images += [
            {**image, 'id': of(image['id']), 'width': 1000, 'height': 1000}
            for image in truth['images']
        ]
        annotations += [
            {
                **a,
                'id': len(annotations) + k + 1,
                'image_id': of(a['image_id']),
                'bbox': [zoom * side for side in a['bbox']],
                'area': zoom**2 * a['area'],
            }
            for k, a in enumerate(truth['annotations'])
        ]
        found += [
            {**box, 'image_id': of(box['image_id']), 'bbox': [zoom * side for side in box['bbox']]}
            for box in boxes
        ]
    stretched = {'images': images, 'annotations': annotations, 'categories': truth['categories']}
    return views, stretched, found


def test_pooled_scores_are_those_of_images_that_were_really_enlarged(pooled):
    views, stretched, found = pooled
    bins = octaves(apparent_sides(views))
    scores = PooledScores(
        AveragePrecision(pool_views(views, bins)), views=len(views)
    ).class_scores()
    expected = evaluate_by_size(
        stretched, found, bins=[(b.name, b.low, b.high) for b in bins], bins_by='side'
    )
    assert np.allclose(
        scores, AveragePrecision(expected.matches).class_scores(), atol=1e-9, equal_nan=True
    )
    assert len(bins) >= 5


def test_drawing_an_image_draws_it_at_every_zoom(pooled):
    views, stretched, found = pooled
    bins = octaves(apparent_sides(views))
    run = PooledScores(AveragePrecision(pool_views(views, bins)), views=len(views))
    images = len(stretched['images']) // len(views)
    assert run.images == images
    weights = np.random.default_rng(0).integers(0, 3, (2, images)).astype(np.int32)
    expected = evaluate_by_size(
        stretched, found, bins=[(b.name, b.low, b.high) for b in bins], bins_by='side'
    )
    everywhere = AveragePrecision(expected.matches).class_scores(np.tile(weights, (1, len(views))))
    assert np.allclose(run.class_scores(weights), everywhere, atol=1e-9, equal_nan=True)


def test_objects_of_an_image_that_was_not_run_do_not_count(pooled):
    views, *_ = pooled
    bins = octaves(apparent_sides(views))
    whole = pool_views(views, bins)
    first = views[0]
    left = first.enlargement.copy()
    left[:3] = np.nan
    less = pool_views([View(first.matches, left), *views[1:]], bins)
    gone = (~first.matches.truth.ignored & (first.matches.truth.image < 3)).sum()
    assert gone > 0
    assert less.counts[0].sum() == whole.counts[0].sum() - gone


def test_an_object_has_one_source_at_all_zooms(pooled):
    views, *_ = pooled
    truth = pool_views(views, octaves(apparent_sides(views))).truth
    objects = len(views[0].matches.truth)
    sources = truth.source.reshape(len(views), objects)
    assert (sources == sources[0]).all()
    assert len(set(sources[0])) == objects


def test_octaves_hold_all_sizes_from_two_px_on():
    bins = octaves(np.array([0.5, 5, 70.0]))
    assert [b.name for b in bins] == ['2-4', '4-8', '8-16', '16-32', '32-64', '64-128']
    assert all(b.by == 'side' for b in bins)
    assert octaves(np.array([0.5])) == ()
    assert [b.name for b in octaves(np.array([32.0]))] == ['32-64']


def test_errors_are_those_of_images_that_were_really_enlarged(pooled):
    views, stretched, found = pooled
    bins = octaves(apparent_sides(views))
    result = error_result(pool_views(views, bins), iou_type='bbox')
    expected = evaluate_by_size(
        stretched,
        found,
        bins=[(b.name, b.low, b.high) for b in bins],
        bins_by='side',
        errors=True,
    ).errors
    for mine, column in zip(result.columns, expected.columns, strict=True):
        assert mine.errors == column.errors
        assert mine.scores == pytest.approx(column.scores, abs=1e-9)
    assert sum(result.overall.errors.values()) > 50
