"""Probable faults of the labels as files: a ranked list, and sheets of crops by kind and size."""

from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth
from res2net_mm.evaluation.detection.errors.error_result import ErrorResult
from res2net_mm.evaluation.detection.errors.label_faults import (
    FAULTS,
    LabelFault,
    find_label_faults,
)
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.sheets import Boxes, draw_sheet
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file, write_json_file

LIST = 'label_faults.json'
SHOWN = 12  # crops on a sheet
AROUND = 4  # a crop shows this many times the longer side of what is at fault
LEAST_AROUND = 48  # px, and at least as many


def write_label_faults(
    result: ErrorResult, truth: GroundTruth, folder: str | Path, images: str | Path | None = None
) -> str:
    """Write the probable faults of the labels and say how many there are.

    Args:
        result: Errors of a detector.
        truth: The ground truth that they were found in.
        folder: Gets ``label_faults.json``, all faults and the worst first, and sheets such as
            ``missing_small.png``, ground truth on the left and what was detected on the right.
        images: Folder that the file names of the images start from; None for no sheets.

    Returns:
        A table of the numbers of faults by size, and what was written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    matches = result.costs.matches
    faults = find_label_faults(matches, result.found)
    entries = {image['id']: image for image in truth.images}
    names = [str(entries[i].get('file_name', i)) for i in matches.image_ids]
    listed = [fault.to_dict(matches, names, truth.annotations) for fault in faults]
    write_json_file({'iou_type': result.iou_type, 'faults': listed}, folder / LIST)
    written, unread = [LIST], 0
    sizes = [size_bin.name for size_bin in matches.columns[1:]] or [matches.columns[0].name]
    for kind in FAULTS if images is not None else ():
        for size in sizes:
            some = [fault for fault in faults if (fault.kind, fault.size) == (kind, size)][:SHOWN]
            files = {f.image: Path(str(images), names[f.image]) for f in some}
            read = {i: cv2.imread(str(p)) if p.is_file() else None for i, p in files.items()}
            unread += sum(image is None for image in read.values())
            pictures = [
                _crop(image, matches, fault)
                for fault in some
                if (image := read[fault.image]) is not None
            ]
            if pictures:
                sheet = draw_sheet(pictures, matches.categories)
                with whole_file(folder / f'{kind}_{size}.png') as partial:
                    partial.write_bytes(cv2.imencode('.png', sheet)[1].tobytes())
                written.append(f'{kind}_{size}.png')
    counts = Counter((fault.kind, fault.size) for fault in faults)
    rows = [['', *sizes], *([kind, *(str(counts[kind, s]) for s in sizes)] for kind in FAULTS)]
    notes = [f'images that cannot be read: {unread}'] if unread else []
    if images is None:
        notes.append('no crops: the folder of the images is not known')
    head = f'{result.iou_type}: probable faults of the labels by size, the worst of each'
    return '\n'.join([head, *align(rows), *notes, f'written to {folder}: {", ".join(written)}'])


def _crop(image: np.ndarray, matches: Matches, fault: LabelFault) -> tuple[Any, Boxes, Boxes]:
    """Return the surroundings of a fault with the objects there and with the detection."""
    found, truth = matches.found, matches.truth
    box = found.box[fault.detection]
    if fault.thing >= 0 and not np.isnan(truth.box[fault.thing]).any():
        box = _union(box, truth.box[fault.thing])
    x, y, w, h = box
    side = max(AROUND * max(w, h), LEAST_AROUND)
    left, top = (int(max(0, v)) for v in (x + w / 2 - side / 2, y + h / 2 - side / 2))
    crop = image[top : int(top + side), left : int(left + side)]
    here = np.flatnonzero((truth.image == fault.image) & matches.counts[0])
    objects = Boxes(_inside(truth.box[here], left, top), truth.category[here])
    cut = _inside(found.box[[fault.detection]], left, top)
    sure = Boxes(cut, found.category[[fault.detection]], found.score[[fault.detection]])
    kept = (objects.xyxy[:, 2:] > 0).all(axis=1) & (objects.xyxy[:, :2] < side).all(axis=1)
    return crop, Boxes(objects.xyxy[kept], objects.labels[kept]), sure


def _inside(boxes: np.ndarray, left: float, top: float) -> np.ndarray:
    """Return corners relative to a crop of boxes x, y, width, height."""
    corners = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    return corners - np.array([left, top, left, top])


def _union(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the smallest box x, y, width, height around two."""
    low, high = np.minimum(a[:2], b[:2]), np.maximum(a[:2] + a[2:], b[:2] + b[2:])
    return np.concatenate([low, high - low])
