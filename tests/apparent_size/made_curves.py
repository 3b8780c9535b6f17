"""Curves of detectors of a single image, for what draws and writes them."""

import numpy as np

from res2net_mm.apparent_size.pooling import octaves
from res2net_mm.apparent_size.size_curve import SizeCurve, find_flat_range
from res2net_mm.apparent_size.zoom_run import ZoomRun
from res2net_mm.apparent_size.zoom_scores import ZoomedDetector
from res2net_mm.evaluation import evaluate_by_size

BOX = dict(image_id=1, category_id=1, bbox=[10, 10, 40, 40])
TRUTH = dict(
    images=[dict(id=1, width=100, height=100)],
    annotations=[dict(id=1, area=1600, **BOX)],
    categories=[dict(id=1, name='a')],
)


def make_curves(models: int, folder):
    """Return curves flat from 32 to 64 px, detectors at zooms 1/2 and 1, and costs of errors."""
    bins = octaves(np.array([8, 256.0]))
    scores = np.tile([0.2, 0.4, 0.5, np.nan, 0.3], (4, 1))
    objects, intervals = np.array([5, 30, 30, 0, 30]), np.stack([scores - 0.1, scores + 0.1])
    result = evaluate_by_size(TRUTH, [dict(score=1, **BOX)], errors=True)
    runs = (ZoomRun(0.5, (), {0: 'too large'}, (0, 0), folder), ZoomRun(1, (), {}, (0, 0), folder))
    flat = dict(AP=find_flat_range(bins, scores[0], np.ones(5, bool)))
    names = [f'net {index}' for index in range(models)]
    curves = [SizeCurve(name, bins, objects, scores, intervals, None, flat) for name in names]
    detectors = [ZoomedDetector(name, runs, dict(bbox=(result, result))) for name in names]
    return curves, detectors, dict.fromkeys(names, result.errors)
