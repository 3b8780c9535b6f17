"""Time and memory of the evaluation beside pycocotools, on data drawn at the size of COCO."""

import argparse
import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as mask_api
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from lab.process_cost import Cost, run_apart
from res2net_mm.errors import UserError, exit_on_user_error
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size
from res2net_mm.progress import track

HEIGHT, WIDTH = 480, 640
NEAR = 0.4  # of all detections lie near an object


@dataclass(frozen=True)
class Run(Cost):
    """One evaluation from files to numbers.

    Attributes:
        stats: The twelve numbers of COCO, -1 for none.
    """

    stats: tuple[float, ...]


def compare_speed(
    *,
    images: int = 5000,
    boxes: int = 36_000,
    classes: int = 80,
    detections: int = 500_000,
    iou_type: str = 'bbox',
    errors: bool = False,
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> tuple[Run, Run]:
    """Draw data, evaluate it with this package and with pycocotools, say how they compare.

    ``errors`` lets this package find what each kind of error costs, too.

    Returns:
        The run of this package and that of pycocotools.

    Raises:
        UserError: A number is below 1.
    """
    counts = dict(images=images, boxes=boxes, classes=classes, detections=detections)
    for name, count in counts.items():
        if count < 1:
            raise UserError(f'{name}={count} must be 1 or more')
    with tempfile.TemporaryDirectory() as folder:
        truth, results = draw(images, boxes, classes, detections, iou_type=iou_type, seed=seed)
        files = []
        for name, content in (('gt.json', truth), ('dt.json', results)):
            files.append(str(Path(folder, name)))
            Path(files[-1]).write_text(json.dumps(content))
        del truth, results, content
        say(
            f'{iou_type}: {images} images, {boxes} boxes of {classes} classes, '
            f'{detections} detections, seed {seed}'
        )
        runs = []
        ours_too = partial(_run_ours, errors=errors)
        for title, run in (('res2net_mm', ours_too), ('pycocotools', _run_pycocotools)):
            cost, stats = run_apart(run, *files, iou_type)
            runs.append(Run(cost.seconds, cost.cpu, cost.gib, tuple(map(float, stats))))
            say(f'{title:12} {cost}')
    ours, theirs = runs
    apart = max(abs(a - b) for a, b in zip(ours.stats, theirs.stats, strict=True))
    by_cpu = theirs.cpu / ours.cpu
    say(
        f'{theirs.seconds / ours.seconds:.1f} times faster ({by_cpu:.1f} by CPU time); '
        f'numbers apart by at most {apart:.0e}'
    )
    return ours, theirs


def draw(
    images: int, boxes: int, classes: int, detections: int, *, iou_type: str, seed: int
) -> tuple[dict, list[dict]]:
    """COCO annotations and results: sizes and classes spread as widely as in photographs."""
    random = np.random.default_rng(seed)
    share = 1 / np.arange(1, classes + 1)
    image = np.sort(random.integers(1, images + 1, boxes))
    category = random.choice(classes, boxes, p=share / share.sum()) + 1
    box = _draw_boxes(random, boxes)
    crowd = random.random(boxes) < 0.01

    near = random.integers(0, boxes, int(NEAR * detections))
    moved = box[near] + random.normal(0, 0.08, (len(near), 4)) * np.tile(box[near, 2:], 2)
    far = detections - len(near)
    # A detector's false alarms are of few classes in an image, mostly those that are there.
    beside = random.integers(0, boxes, far)
    found = {
        'image': np.concatenate([image[near], image[beside]]),
        'category': np.concatenate(
            [
                category[near],
                np.where(
                    random.random(far) < 0.5, category[beside], random.integers(1, classes + 1, far)
                ),
            ]
        ),
        'box': _clip(np.concatenate([moved, _draw_boxes(random, far)])),
        'score': np.round(np.r_[random.beta(2, 3, len(near)), random.beta(1, 9, far)], 4),
    }
    order = np.argsort(found['image'], kind='stable')
    results = []
    for index in track(order, 'drawing detections', total=detections, shown=True):
        entry: dict[str, Any] = {
            'image_id': int(found['image'][index]),
            'category_id': int(found['category'][index]),
            'score': float(found['score'][index]),
        }
        sides = found['box'][index].tolist()
        if iou_type == 'bbox':
            entry['bbox'] = sides
        else:
            rle = mask_api.frPyObjects([_outline(sides)], HEIGHT, WIDTH)[0]
            entry['segmentation'] = {**rle, 'counts': rle['counts'].decode()}
        results.append(entry)
    truth = {
        'images': [{'id': i + 1, 'height': HEIGHT, 'width': WIDTH} for i in range(images)],
        'categories': [{'id': k + 1, 'name': f'class {k + 1}'} for k in range(classes)],
        'annotations': [
            {
                'id': i + 1,
                'image_id': int(image[i]),
                'category_id': int(category[i]),
                'bbox': box[i].tolist(),
                'segmentation': [_outline(box[i].tolist())],
                'area': float(0.8 * box[i, 2] * box[i, 3]),
                'iscrowd': int(crowd[i]),
            }
            for i in range(boxes)
        ],
    }
    return truth, results


def _draw_boxes(random: np.random.Generator, count: int) -> np.ndarray:
    sides = np.exp(random.uniform(np.log(8), np.log(400), (count, 1)))
    sides = np.minimum(sides * random.uniform(0.7, 1.4, (count, 2)), (WIDTH, HEIGHT))
    return np.hstack([random.random((count, 2)) * ((WIDTH, HEIGHT) - sides), sides])


def _clip(boxes: np.ndarray) -> np.ndarray:
    low = np.clip(boxes[:, :2], 0, (WIDTH - 2, HEIGHT - 2))
    high = np.clip(boxes[:, :2] + boxes[:, 2:], low + 1, (WIDTH, HEIGHT))
    return np.round(np.hstack([low, high - low]), 2)


def _outline(box: list[float]) -> list[float]:
    """An octagon in the box."""
    x, y, w, h = box
    a, b = w / 4, h / 4
    corners = [x + a, y, x + w - a, y, x + w, y + b, x + w, y + h - b]
    return [*corners, x + w - a, y + h, x + a, y + h, x, y + h - b, x, y + b]


def _run_ours(truth: str, results: str, iou_type: str, *, errors: bool) -> list[float]:
    result = evaluate_by_size(truth, results, iou_type=iou_type, errors=errors, progress=True)
    return [-1.0 if value is None else value for value in result.coco_stats]


def _run_pycocotools(truth: str, results: str, iou_type: str) -> np.ndarray:
    with open(os.devnull, 'w') as nowhere, contextlib.redirect_stdout(nowhere):
        coco = COCO(truth)
        evaluation = COCOeval(coco, coco.loadRes(results), iou_type)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('--images', type=int, default=5000)
    parser.add_argument('--boxes', type=int, default=36_000)
    parser.add_argument('--classes', type=int, default=80)
    parser.add_argument('--detections', type=int, default=500_000)
    parser.add_argument('--iou-type', choices=['bbox', 'segm'], default='bbox')
    parser.add_argument(
        '--errors', action='store_true', help='find what each kind of error costs, too'
    )
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        compare_speed(**args)


if __name__ == '__main__':
    main()
