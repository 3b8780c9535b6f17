"""How many deleted boxes are found again among the probable faults of the labels.

A set is drawn, 5 % of its small boxes are deleted, and the detections that saw them are ranked.
"""

import argparse
from collections.abc import Callable

import numpy as np

from lab.evaluation_speed import draw
from res2net_mm.errors import UserError, exit_on_user_error
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size
from res2net_mm.evaluation.detection.errors.label_faults import find_label_faults
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.tables import align


def recall_of_deleted(
    *,
    images: int = 500,
    boxes: int = 3600,
    classes: int = 20,
    detections: int = 20_000,
    share: float = 0.05,
    size: str = 'small',
    seed: int = 0,
    say: Callable[[str], None] = print,
) -> dict[int, float]:
    """Delete a share of the boxes of a size and look for them among the faults of that size.

    Returns:
        Recall among the first k faults, by k: once, twice and five times the number deleted.

    Raises:
        UserError: If nothing is deleted.
    """
    truth, results = draw(images, boxes, classes, detections, iou_type='bbox', seed=seed)
    (limits,) = [size_bin for size_bin in COCO_BINS if size_bin.name == size]
    areas = np.array([a['area'] for a in truth['annotations']])
    crowd = np.array([a['iscrowd'] for a in truth['annotations']], bool)
    there = np.flatnonzero(limits.holds(areas) & ~crowd)
    deleted = np.random.default_rng(seed).permutation(there)[: int(share * len(there))]
    if not len(deleted):
        raise UserError(f'{share:g} of {len(there)} {size} boxes are none')
    gone = [truth['annotations'][i] for i in deleted]
    kept = np.setdiff1d(np.arange(len(areas)), deleted)
    truth = {**truth, 'annotations': [truth['annotations'][i] for i in kept]}
    result = evaluate_by_size(truth, results, errors=True)
    assert result.errors is not None
    assert result.matches is not None
    faults = find_label_faults(result.matches, result.errors.found)
    ranked = [fault for fault in faults if (fault.kind, fault.size) == ('missing', size)]
    image_ids, found = result.matches.image_ids, result.matches.found
    hit = [
        {
            place
            for place, box in enumerate(gone)
            if box['image_id'] == image_ids[fault.image]
            and _iou(found.box[fault.detection], np.array(box['bbox'])) >= 0.5
        }
        for fault in ranked
    ]
    seen = sum(
        any(
            d['image_id'] == box['image_id']
            and _iou(np.array(d['bbox']), np.array(box['bbox'])) >= 0.5
            for d in results
        )
        for box in gone
    )
    recalls = {
        k: len(set().union(*hit[:k])) / len(gone) for k in (n * len(gone) for n in (1, 2, 5))
    }
    say(
        f'{len(gone)} of {len(there)} {size} boxes deleted ({100 * share:g} %), seed {seed}; '
        f'{seen} of them are seen by a detection'
    )
    rows = [['k', *map(str, recalls)], ['recall, %', *(f'{100 * r:.1f}' for r in recalls.values())]]
    say('\n'.join(align(rows)))
    return recalls


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    sides = np.minimum(a[:2] + a[2:], b[:2] + b[2:]) - np.maximum(a[:2], b[:2])
    shared = float(np.maximum(sides, 0).prod())
    return shared / float(a[2] * a[3] + b[2] * b[3] - shared)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('--images', type=int, default=500)
    parser.add_argument('--boxes', type=int, default=3600)
    parser.add_argument('--classes', type=int, default=20)
    parser.add_argument('--detections', type=int, default=20_000)
    parser.add_argument('--share', type=float, default=0.05, help='of the boxes to delete')
    parser.add_argument('--size', choices=[b.name for b in COCO_BINS], default='small')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        recall_of_deleted(**args)


if __name__ == '__main__':
    main()
