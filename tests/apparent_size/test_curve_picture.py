import cv2
import numpy as np
import pytest

from res2net_mm.apparent_size.curve_picture import draw_curves
from res2net_mm.apparent_size.pooling import octaves
from res2net_mm.apparent_size.size_curve import SizeCurve, find_flat_range
from res2net_mm.apparent_size.zoom_run import ZoomRun
from res2net_mm.apparent_size.zoom_scores import ZoomedDetector
from res2net_mm.evaluation import evaluate_by_size

TRUTH = dict(
    images=[dict(id=1, width=100, height=100)],
    annotations=[dict(id=1, image_id=1, category_id=1, bbox=[10, 10, 40, 40], area=1600)],
    categories=[dict(id=1, name='a')],
)


@pytest.mark.parametrize('models', [1, 2])
def test_every_model_is_drawn_and_named(models, tmp_path):
    bins = octaves(np.array([8, 256.0]))
    scores = np.tile([0.2, 0.4, 0.5, np.nan, 0.3], (4, 1))
    curves, detectors = [], []
    result = evaluate_by_size(
        TRUTH, [dict(image_id=1, category_id=1, score=1, bbox=[10, 10, 40, 40])]
    )
    for index in range(models):
        flat = find_flat_range(bins, scores[0], np.ones(5, bool))
        objects = np.array([5, 30, 30, 0, 30])
        intervals = np.stack([scores - 0.1, scores + 0.1])
        name = f'net {index}'
        curves.append(SizeCurve(name, bins, objects, scores, intervals, None, dict(AP=flat)))
        runs = tuple(ZoomRun(z, (), {}, (0, 0), tmp_path) for z in (0.5, 1))
        detectors.append(ZoomedDetector(name, runs, dict(bbox=(result, result))))
    figure = draw_curves(curves, detectors, 'bbox')
    for index in range(models):
        assert f'net {index} (flat 32 to 64 px)' in figure.svg
    for title in ('small', 'medium', 'large', 'all'):
        assert f'>{title}<' in figure.svg
    picture = cv2.imdecode(np.frombuffer(figure.png, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[0] > picture.shape[1] > 800
    assert picture.std() > 10
