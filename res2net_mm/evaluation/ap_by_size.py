"""AP and AR of detections by object size, on pycocotools' COCOeval.

Every number that pycocotools has is the same here; what is added are bins of one's own, the count
of ground truth in each bin, and None instead of -1 where there is nothing to find.
"""

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from res2net_mm.errors import UserError
from res2net_mm.evaluation.coco_detections import IOU_TYPES, read_detections
from res2net_mm.evaluation.coco_ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins
from res2net_mm.evaluation.size_result import BinScores, ClassScores, SizeResult

#: An annotation with this field (and iscrowd 1) is ignored the way VOC ignores a difficult box.
DIFFICULT = 'voc_difficult'


def evaluate_by_size(
    ground_truth: str | Path | Mapping | GroundTruth,
    detections: str | Path | Sequence[Mapping],
    *,
    iou_type: str = 'bbox',
    bins: Iterable | None = None,
    max_dets: Sequence[int] = (1, 10, 100),
) -> SizeResult:
    """Score detections overall, per size bin and per class.

    Args:
        ground_truth: COCO annotation file, the dict it holds, or what ``read_ground_truth`` made.
        detections: COCO results file or list. As in pycocotools, a detection's area is its box's
            where the results have boxes, else its mask's; it decides only whether a detection that
            matches nothing is held against a bin.
        iou_type: ``bbox`` or ``segm``.
        bins: Size bins as :func:`make_bins` takes them; None for COCO's small, medium, large.
        max_dets: Detections per image and class that count, in rising order; AP is for the last.

    Raises:
        UserError: If the input cannot be read or does not fit together; one sentence.
    """
    if iou_type not in IOU_TYPES:
        raise UserError(f'iou_type must be one of {", ".join(IOU_TYPES)}, got {iou_type!r}')
    max_dets = list(max_dets)
    if not max_dets or max_dets[0] < 1 or sorted(set(max_dets)) != max_dets:
        raise UserError(f'max_dets must be rising positive numbers, got {max_dets}')
    bins = make_bins(bins)
    truth = read_ground_truth(ground_truth)
    _check_shapes(truth, iou_type)
    found = read_detections(detections, truth, iou_type)
    columns = (SizeBin(ALL), *bins)
    precision, recall = _run_cocoeval(truth, found, iou_type, columns, max_dets)
    counts = _count_boxes(truth, columns)

    def scores(classes) -> tuple[BinScores, ...]:
        return tuple(
            BinScores(
                size_bin=column,
                boxes=int(counts[classes, a].sum()),
                ap=_mean(precision[:, :, classes, a, -1]),
                ap50=_mean(precision[0, :, classes, a, -1]),
                ap75=_mean(precision[5, :, classes, a, -1]),
                ar={n: _mean(recall[:, classes, a, m]) for m, n in enumerate(max_dets)},
            )
            for a, column in enumerate(columns)
        )

    overall, *by_bin = scores(slice(None))
    per_class = []
    for k, category in enumerate(truth.categories):
        of_class, *of_class_by_bin = scores(slice(k, k + 1))
        per_class.append(ClassScores(str(category['name']), of_class, tuple(of_class_by_bin)))
    return SizeResult(
        iou_type=iou_type,
        area_of=truth.area_of,
        images=len(truth.images),
        detections=len(found),
        overall=overall,
        bins=tuple(by_bin),
        classes=tuple(per_class),
        notes=truth.notes,
    )


class _CocoEval(COCOeval):
    """COCOeval that can also ignore a box as VOC does.

    Both let any number of detections fall on an ignored box unpunished, but COCO measures overlap
    with a crowd against the detection alone, VOC by the usual IoU.
    """

    def computeIoU(self, imgId, catId):
        difficult = [truth for truth in self._gts[imgId, catId] if truth.get(DIFFICULT)]
        for truth in difficult:
            truth['iscrowd'] = 0
        ious = super().computeIoU(imgId, catId)
        for truth in difficult:
            truth['iscrowd'] = 1
        return ious


def _run_cocoeval(truth, found, iou_type, columns, max_dets) -> tuple[np.ndarray, np.ndarray]:
    """Precision (T, R, K, A, M) and recall (T, K, A, M), -1 where there is nothing to find.

    T: IoU thresholds 0.50:0.05:0.95, R: 101 recall points, K: categories in the truth's order,
    A: columns, M: max_dets.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        # COCOeval writes into the annotations: it gets copies.
        coco_truth = _coco(truth, [dict(annotation) for annotation in truth.annotations])
        coco_found = coco_truth.loadRes(found) if found else _coco(truth, [])
        evaluation = _CocoEval(coco_truth, coco_found, iou_type)
        evaluation.params.areaRng = [[column.low, column.high] for column in columns]
        evaluation.params.areaRngLbl = [column.name for column in columns]
        evaluation.params.maxDets = max_dets
        evaluation.evaluate()
        evaluation.accumulate()
    # COCOeval sorts the categories by id.
    place = {identity: k for k, identity in enumerate(evaluation.params.catIds)}
    order = [place[category['id']] for category in truth.categories]
    return evaluation.eval['precision'][:, :, order], evaluation.eval['recall'][:, order]


def _coco(truth: GroundTruth, annotations: list[dict]) -> COCO:
    coco = COCO()
    coco.dataset = {
        'info': {},
        'images': list(truth.images),
        'categories': list(truth.categories),
        'annotations': annotations,
    }
    coco.createIndex()
    return coco


def _check_shapes(truth: GroundTruth, iou_type: str) -> None:
    field = {'bbox': 'bbox', 'segm': 'segmentation'}[iou_type]
    without = [a['id'] for a in truth.annotations if not a.get(field)]
    if without:
        raise UserError(
            f'iou_type {iou_type!r} needs {field!r} in every annotation: {len(without)} of '
            f'{len(truth.annotations)} have none, the first is annotation {without[0]}'
        )
    if iou_type == 'segm':
        sizeless = [i['id'] for i in truth.images if 'height' not in i or 'width' not in i]
        if sizeless:
            raise UserError(
                f"iou_type 'segm' needs the height and width of every image: {len(sizeless)} have "
                f'none, the first is image {sizeless[0]}'
            )


def _count_boxes(truth: GroundTruth, columns: Sequence[SizeBin]) -> np.ndarray:
    """Ground-truth boxes per category and column, (K, A); crowds and ignored boxes do not count."""
    counted = [a for a in truth.annotations if not a['iscrowd']]
    areas = np.array([a['area'] for a in counted], dtype=float)
    of = np.array([a['category_id'] for a in counted])
    return np.array(
        [
            [int(column.holds(areas[of == category['id']]).sum()) for column in columns]
            for category in truth.categories
        ],
        dtype=int,
    ).reshape(len(truth.categories), len(columns))


def _mean(values: np.ndarray) -> float | None:
    values = values[values > -1]
    return float(values.mean()) if values.size else None
