"""MMDetection's data samples, one per image, as COCO entries.

A record is what is kept of a sample until all are there: NumPy arrays and compressed RLE, small
and ready to be sent between processes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.ground_truth import DIFFICULT, GroundTruth


def predictions_of(
    sample: Mapping[str, Any], *, with_masks: bool, inclusive: bool = False
) -> dict[str, Any]:
    """Return the record of ``sample['pred_instances']``: boxes (N, 4) xyxy, labels, scores, masks.

    ``inclusive`` says that the right and lower ends of boxes are pixels that belong to them, as in
    VOC, and so one px further than in COCO.
    """
    predicted = sample['pred_instances']
    record: dict[str, Any] = {
        'boxes': _boxes(predicted['bboxes'], inclusive),
        'labels': _array(predicted['labels']).astype(int),
        'scores': _array(predicted['scores']).astype(float),
    }
    if with_masks:
        if 'masks' not in predicted:
            raise UserError(
                "metric='segm' needs a model that predicts masks; this one predicts boxes only, "
                "use metric='bbox'"
            )
        record['masks'] = _encode(predicted['masks'])
        # Mask Scoring R-CNN scores its masks apart from its boxes.
        record['mask_scores'] = _array(predicted.get('mask_scores', predicted['scores']))
    return record


def truth_of(
    sample: Mapping[str, Any], *, with_masks: bool, inclusive: bool = False
) -> dict[str, Any]:
    """Return the record of ``sample['gt_instances']`` and ``['ignored_instances']`` (difficult).

    Boxes and masks are taken to be in the pixels of the original image, as MMDetection's own
    metrics take them: its test pipelines load annotations after Resize. Boxes without width or
    height are counted and left out.
    """
    height, width = (int(side) for side in sample['ori_shape'][:2])
    record: dict[str, Any] = {
        'file_name': str(sample.get('img_path', '')),
        'height': height,
        'width': width,
        'objects': [],
        'degenerate': 0,
    }
    for field, ignored in (('gt_instances', False), ('ignored_instances', True)):
        instances = sample.get(field) or {}
        if 'bboxes' not in instances:
            if ignored:
                continue
            raise UserError(
                'the data samples hold no ground truth: give SizeMetric an ann_file in COCO '
                "layout, or add dict(type='LoadAnnotations', with_bbox=True) after Resize to the "
                'test pipeline'
            )
        masks = None
        if with_masks:
            if 'masks' not in instances:
                raise UserError(
                    "metric='segm' needs masks in the ground truth: set with_mask=True in the test "
                    "pipeline's LoadAnnotations, or give SizeMetric an ann_file with masks"
                )
            masks = _encode(instances['masks'])
            if any(mask['size'] != [height, width] for mask in masks):
                raise UserError(
                    f'ground-truth masks of {record["file_name"]} are not of the size of the image '
                    f'({height}, {width}): put LoadAnnotations after Resize in the test pipeline'
                )
        boxes = _boxes(instances['bboxes'], inclusive)
        for index, (box, label) in enumerate(zip(boxes, _array(instances['labels']), strict=True)):
            sides = _xywh(box)
            if masks is None and min(sides[2:]) <= 0:
                record['degenerate'] += 1
                continue
            entry: dict[str, Any] = {'category_id': int(label) + 1, 'bbox': sides}
            entry |= {'area': sides[2] * sides[3], 'iscrowd': int(ignored)}
            if masks is not None:
                area = float(mask_api.area(masks[index]))
                entry |= {'area': area, 'segmentation': masks[index]}
            if ignored:
                entry[DIFFICULT] = 1
            record['objects'].append(entry)
    return record


def coco_ground_truth(
    records: Sequence[Mapping[str, Any]], classes: Sequence[str]
) -> dict[str, Any]:
    """Return the COCO dict of truth records: image i has the id i, class k the id k + 1."""
    annotations: list[dict[str, Any]] = []
    for image_id, record in enumerate(records):
        for entry in record['objects']:
            annotations.append({'id': len(annotations) + 1, 'image_id': image_id, **entry})
    sizes = ('file_name', 'height', 'width')
    return {
        'images': [{'id': i, **{key: r[key] for key in sizes}} for i, r in enumerate(records)],
        'annotations': annotations,
        'categories': [{'id': k + 1, 'name': name} for k, name in enumerate(classes)],
    }


def coco_detections(
    records: Sequence[Mapping[str, Any]],
    image_ids: Sequence[Any],
    category_ids: Sequence[Any],
    iou_type: str,
) -> list[dict[str, Any]]:
    """Return the COCO results list of prediction records; label k is ``category_ids[k]``.

    For ``segm`` the boxes are left out, so that a detection's size is its mask's.
    """
    results = []
    for image_id, record in zip(image_ids, records, strict=True):
        if (record['labels'] >= len(category_ids)).any():
            raise UserError(
                f'the model predicts label {record["labels"].max()} but the dataset has '
                f'{len(category_ids)} classes: set num_classes={len(category_ids)} in every head'
            )
        scores = record['scores' if iou_type == 'bbox' else 'mask_scores']
        for index, label in enumerate(record['labels']):
            result = {'image_id': image_id, 'category_id': category_ids[label]}
            result['score'] = float(scores[index])
            if iou_type == 'bbox':
                result['bbox'] = _xywh(record['boxes'][index])
            else:
                result['segmentation'] = record['masks'][index]
            results.append(result)
    return results


def categories_of_labels(
    ground_truth: GroundTruth, classes: Sequence[str], file: str
) -> tuple[list[int], str | None]:
    """Return the COCO category id of each label of a dataset, and a warning if there is one.

    MMDetection's CocoDataset numbers the labels in the order of the annotation file, whatever the
    order of the classes in its metainfo; so does this, with a warning where the two differ.

    Raises:
        UserError: If a class is not in the file or a name is not unique.
    """
    known = [category for category in ground_truth.categories if category['name'] in classes]
    names = [category['name'] for category in known]
    if missing := [name for name in classes if name not in names]:
        raise UserError(
            f'{file} has no category {_listed(missing)}; it has '
            f'{_listed(c["name"] for c in ground_truth.categories)}: set metainfo=dict(classes='
            '...) of the dataset to names of the file'
        )
    if twice := {n for listed in (names, [*classes]) for n in listed if listed.count(n) > 1}:
        raise UserError(
            f'class names must be unique to be told apart: {_listed(sorted(twice))} occurs more '
            f'than once in {file} or in the dataset metainfo'
        )
    note = None
    if names != list(classes):
        note = (
            f'the classes of the dataset are {_listed(classes)} but {file} lists them as '
            f'{_listed(names)}; labels follow the file, as in CocoDataset'
        )
    return [category['id'] for category in known], note


def _array(values: Any) -> np.ndarray:
    values = getattr(values, 'tensor', values)  # MMDetection's box types wrap a tensor
    return values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)


def _boxes(boxes: Any, inclusive: bool) -> np.ndarray:
    boxes = _array(boxes).astype(float).reshape(-1, 4)
    return boxes + np.array([0, 0, 1, 1]) if inclusive else boxes


def _encode(masks: Any) -> list[dict[str, Any]]:
    """Return masks as compressed RLE: (N, H, W), of MMDetection's mask types, or RLE already."""
    if isinstance(masks, (list, tuple)):
        return list(masks)
    dense = masks.to_ndarray() if hasattr(masks, 'to_ndarray') else _array(masks)
    return [mask_api.encode(np.asfortranarray(mask, dtype=np.uint8)) for mask in dense]


def _xywh(box: np.ndarray) -> list[float]:
    x1, y1, x2, y2 = box.tolist()
    return [x1, y1, x2 - x1, y2 - y1]


def _listed(names: Iterable[str]) -> str:
    return ', '.join(map(repr, names))
