"""Ground truth as arrays, with the shapes to compare and the areas that decide on bins."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from res2net_mm.errors import argument, check_choice
from res2net_mm.evaluation.detection.coco.ground_truth import (
    DIFFICULT,
    NO_BOX,
    GroundTruth,
    box_of,
    mask_areas,
    segmentation_rle,
)
from res2net_mm.evaluation.detection.keypoints import NO_KEYPOINTS, labelled, points_of
from res2net_mm.evaluation.detection.objects import TruthArrays
from res2net_mm.formats.findings import Faults

AREAS_OF = ('annotation', 'mask', 'box')


def truth_arrays(
    ground_truth: GroundTruth,
    iou_type: str,
    image_ids: Sequence[Any],
    *,
    area_of: str = 'annotation',
    crowds: bool = True,
    on_error: str = 'stop',
) -> tuple[TruthArrays, list[dict[str, Any]] | None, tuple[str, ...]]:
    """Return ground truth as arrays, with images in the order of ``image_ids``.

    ``crowds`` says whether overlap with a crowd is measured against the detection's area alone; the
    other arguments are those of ``evaluate_by_size``.

    Returns:
        The arrays; for ``segm`` the compressed RLE of every object; notes, a line each.

    Raises:
        UserError: For what ``stop`` refuses, a line each, with counts.
    """
    check_choice('area_of', area_of, AREAS_OF)
    annotations: Sequence[dict[str, Any]] = ground_truth.annotations
    images = {image['id']: image for image in ground_truth.images}
    faults = Faults('the ground truth', 'annotations', len(annotations), on_error)

    def add(bad: Sequence[bool] | np.ndarray, what: str) -> None:
        faults.add(bad, what, lambda index: f'annotation {annotations[index]["id"]}')

    rle: list[Any] = []
    if iou_type == 'segm' or area_of == 'mask':
        reason = ('iou_type', 'segm') if iou_type == 'segm' else ('area_of', 'mask')
        without = [not a.get('segmentation') for a in annotations]
        add(without, f"have no 'segmentation', which {argument(*reason)} needs")
        rle, other = _masks(annotations, images, faults.usable)
        add([mask is None for mask in rle], 'have a mask that cannot be read')
        add(other, 'have a mask of another size than their image')
    no_box = [np.nan] * 4
    box: np.ndarray = np.array([box_of(a) or no_box for a in annotations], float).reshape(-1, 4)
    if iou_type == 'bbox':
        without = [not a.get('bbox') for a in annotations]
        add(without, f"have no 'bbox', which {argument('iou_type', 'bbox')} needs")
    if iou_type == 'keypoints':
        add([points_of(a) is None for a in annotations], NO_KEYPOINTS)
    if iou_type == 'bbox' or area_of == 'box':
        add(np.isnan(box[:, 0]), NO_BOX)
    if area_of == 'annotation':
        unknown = [math.isnan(a['area']) for a in annotations]
        add(unknown, 'have neither an area nor a mask nor a box to compute it from')
    kept, lines = faults.settle()
    annotations, box = [annotations[index] for index in kept], box[kept]
    rle = [rle[index] for index in kept] if rle else []

    if area_of == 'mask':
        area = mask_areas(rle)
    elif area_of == 'box':
        area = box[:, 2] * box[:, 3]
    else:
        area = np.array([a['area'] for a in annotations], dtype=float)
    place = {identity: index for index, identity in enumerate(image_ids)}
    of_category = {category['id']: k for k, category in enumerate(ground_truth.categories)}
    ignored: np.ndarray = np.array([a['iscrowd'] for a in annotations], dtype=bool)
    unlabelled = None
    if iou_type == 'keypoints':
        unlabelled = ~ignored & np.array([labelled(a) == 0 for a in annotations], dtype=bool)
        ignored = ignored | unlabelled
    difficult: np.ndarray = np.array([a.get(DIFFICULT) for a in annotations], dtype=bool)
    arrays = TruthArrays(
        image=np.array([place[a['image_id']] for a in annotations], dtype=np.int32),
        category=np.array([of_category[a['category_id']] for a in annotations], dtype=np.int32),
        box=box,
        area=area,
        ignored=ignored,
        unlabelled=unlabelled,
        crowd=ignored & ~difficult & crowds,
        source=kept,
        uncountable=np.array([a['id'] == 0 for a in annotations], dtype=bool),
    )
    return arrays, rle if iou_type == 'segm' else None, lines


def image_areas(ground_truth: GroundTruth, image_ids: Sequence[Any]) -> np.ndarray:
    """Return the (N,) areas of the images in px^2, nan where height or width are not known."""
    images = {image['id']: image for image in ground_truth.images}
    return np.array(
        [images[i].get('height', np.nan) * images[i].get('width', np.nan) for i in image_ids],
        dtype=float,
    )


def _masks(
    annotations: Sequence[Mapping[str, Any]], images: Mapping[Any, Mapping], usable: np.ndarray
) -> tuple[list[dict[str, Any] | None], np.ndarray]:
    """Return compressed RLE of the usable annotations (else None), and which differ in size."""
    rle: list[dict[str, Any] | None] = []
    other = np.zeros(len(annotations), dtype=bool)
    for index, annotation in enumerate(annotations):
        image = images[annotation['image_id']]
        mask = annotation.get('segmentation')
        rle.append(segmentation_rle(mask, image) if usable[index] else None)
        size = [image.get('height'), image.get('width')]
        if rle[-1] is not None and None not in size:
            other[index] = list(rle[-1]['size']) != size
    return rle, other
