"""Random COCO data with everything that annotation files have in them."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools import mask as mask_api
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

IMAGE = (240, 320)


def _mask(box) -> np.ndarray:
    """An ellipse in the box: a mask whose area is not the box's."""
    rows, columns = np.mgrid[: IMAGE[0], : IMAGE[1]] + 0.5
    x, y, w, h = box
    inside = ((columns - x - w / 2) / (w / 2)) ** 2 + ((rows - y - h / 2) / (h / 2)) ** 2 <= 1
    return np.asfortranarray(inside, dtype=np.uint8)


def _rle(box) -> dict:
    encoded = mask_api.encode(_mask(box))
    return {**encoded, 'counts': encoded['counts'].decode()}


def _runs(box) -> dict:
    """Uncompressed RLE, as COCO writes crowds."""
    flat = _mask(box).ravel(order='F')
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat, [0]])))
    return {
        'size': list(IMAGE),
        'counts': np.diff(np.concatenate([[0], edges, [flat.size]])).tolist(),
    }


def _octagon(box) -> list[list[float]]:
    x, y, w, h = box
    angles = np.arange(8) * np.pi / 4
    points = np.stack([x + w / 2 + w / 2 * np.cos(angles), y + h / 2 + h / 2 * np.sin(angles)], 1)
    return [points.ravel().tolist()]


def _area(segmentation) -> float:
    encoded = segmentation
    if isinstance(segmentation, list):
        encoded = mask_api.merge(mask_api.frPyObjects(segmentation, *IMAGE))
    elif isinstance(segmentation['counts'], list):
        encoded = mask_api.frPyObjects(segmentation, *IMAGE)
    return float(mask_api.area(encoded))


@pytest.fixture
def make_coco():
    """Returns ``make(seed) -> (ground truth, box results, mask results)``."""

    def make(seed: int, images: int = 12):
        random = np.random.default_rng(seed)
        categories = [{'id': i, 'name': n} for i, n in ((7, 'bee'), (2, 'ant'), (30, 'cow'))]
        truth = {
            'images': [
                {'id': 100 + 3 * i, 'height': IMAGE[0], 'width': IMAGE[1], 'file_name': f'{i}.jpg'}
                for i in range(images)
            ],
            'categories': categories,
            'annotations': [],
        }
        boxes, masks = [], []

        def box_of(side):
            w, h = np.minimum(random.uniform(0.7, 1.3, 2) * side, (300, 220))
            return [random.uniform(0, IMAGE[1] - w), random.uniform(0, IMAGE[0] - h), w, h]

        for image in truth['images'][:-2]:  # the last two have no annotations
            for _ in range(random.integers(1, 9)):
                box = [float(v) for v in box_of(random.choice([14, 30, 60, 130]))]
                crowd = bool(random.random() < 0.15)
                shape = _runs(box) if crowd else random.choice([_octagon, _rle])(box)
                annotation = {
                    'id': len(truth['annotations']) + 1,
                    'image_id': image['id'],
                    'category_id': int(random.choice([2, 7])),  # 30 has no ground truth
                    'bbox': box,
                    'segmentation': shape,
                    'area': _area(shape),
                    'iscrowd': int(crowd),
                }
                if random.random() < 0.1:
                    annotation['ignore'] = 1
                truth['annotations'].append(annotation)
        truth['annotations'][0].update(
            area=float(32**2), iscrowd=0
        )  # on the edge: small and medium
        near = [(a['image_id'], a['category_id'], a['bbox']) for a in truth['annotations']]
        near += [(int(random.choice([i['id'] for i in truth['images']])), 30, box_of(50))] * 3
        for image_id, category_id, box in near * 4:
            if random.random() < 0.2:
                continue
            moved = np.array(box) + random.normal(0, 0.06, 4) * np.array([box[2], box[3]] * 2)
            moved[2:] = np.maximum(moved[2:], 3)
            result = {
                'image_id': image_id,
                'category_id': category_id,
                # Few distinct scores, so that ties are met.
                'score': float(np.round(random.random(), 1)),
            }
            boxes.append({**result, 'bbox': moved.tolist()})
            masks.append({**result, 'segmentation': _rle(moved)})
        return truth, boxes, masks

    return make


@pytest.fixture
def pycocotools_stats():
    """Returns ``run(truth, results, iou_type, ranges, max_dets) -> COCOeval``, as its demo does."""

    def run(truth, results, iou_type, ranges=None, max_dets=None):
        with contextlib.redirect_stdout(io.StringIO()):
            coco = COCO()
            coco.dataset = truth
            coco.createIndex()
            evaluation = COCOeval(coco, coco.loadRes(results), iou_type)
            if ranges is not None:
                evaluation.params.areaRng = ranges
            if max_dets is not None:
                evaluation.params.maxDets = max_dets
            evaluation.evaluate()
            evaluation.accumulate()
            if ranges is None:
                evaluation.summarize()
        return evaluation

    return run


@pytest.fixture
def untied(make_coco):
    """Ground truth and box results without equal scores: copies of an image must not tie."""
    truth, boxes, _ = make_coco(3)
    for index, box in enumerate(boxes):
        box['score'] = (box['score'] * 1e4 + index) / 1e5
    return truth, boxes
