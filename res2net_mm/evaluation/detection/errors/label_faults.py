"""Where the ground truth is probably at fault: what a detector is sure of against the labels.

- missing: a detection that finds nothing and overlaps no object much; of several of one place the
  surest. It weighs its score times 1 - 2 IoU with any object: around an object that is labelled
  detectors often find others, too.
- loose: an object whose surest detection of its class fits it badly (IoU under 0.75). It weighs the
  score of the detection times 1 - IoU.
- class: an object that only a detection of another class finds. It weighs score times IoU.

A missing object is of the size of the detection, any other fault of that of the object. A weight
orders faults of one kind and size; the detector may be wrong about any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.errors.error_kinds import (
    BACKGROUND,
    BOTH,
    CLASS,
    LOCALISATION,
    Errors,
)
from res2net_mm.evaluation.detection.matches import Matches

FAULTS = ('missing', 'loose', 'class')
FITS = 0.75  # IoU from which on a box is not called loose
MOST = 1000  # faults of a kind and size
SAME_PLACE = 0.3  # IoU of detections that are taken for one object


@dataclass(frozen=True)
class LabelFault:
    """One probable fault of the labels."""

    kind: str  # one of FAULTS
    size: str  # name of the size bin
    image: int  # index of the image in the evaluation
    detection: int  # index of the detection that says so
    thing: int  # index of the object at fault, -1 for a missing one
    iou: float  # of detection and object; of a missing one the largest with any object
    weight: float  # 0 to 1, orders faults of one kind and size

    def to_dict(self, matches: Matches, file_names: Sequence[str], labels: Sequence) -> dict:
        """Return plain JSON values.

        ``file_names`` are those of the images of the evaluation, ``labels`` the annotations.
        """
        found, truth, names = matches.found, matches.truth, matches.categories
        fault: dict[str, Any] = {
            'kind': self.kind,
            'size': self.size,
            'weight': self.weight,
            'file_name': file_names[self.image],
            'image_id': matches.image_ids[self.image],
            'detected': names[found.category[self.detection]],
            'score': float(found.score[self.detection]),
            'bbox': found.box[self.detection].tolist(),
            'iou': self.iou,
        }
        if self.thing >= 0:
            fault['annotation_id'] = labels[truth.source[self.thing]].get('id')
            fault['labelled'] = names[truth.category[self.thing]]
            box = truth.box[self.thing]
            fault['labelled_bbox'] = None if np.isnan(box).any() else box.tolist()
        return fault


def find_label_faults(matches: Matches, errors: Errors) -> list[LabelFault]:
    """Return probable faults of the labels, at most ``MOST`` of each kind and size, worst first."""
    found, score = matches.found, matches.found.score
    loose = _surest_of_objects(matches, errors)
    other = np.flatnonzero(errors.mended[0] & (errors.kind[0] == CLASS))
    # Beside an object that is found already there may be another; one not found is itself loose.
    beside = (errors.kind[0] == LOCALISATION) & (np.append(matches.found_by(), -1)[errors.own] >= 0)
    nowhere = np.isin(errors.kind[0], [BACKGROUND, BOTH]) | beside
    missing = np.flatnonzero(errors.wrong[0] & nowhere)
    apart = score * (1 - 2 * errors.iou)
    faults = []
    for a, size_bin in enumerate(matches.columns):
        if a == 0 and len(matches.columns) > 1:
            continue
        of_size = missing[matches.in_range[a, missing]]
        order = of_size[np.argsort(-apart[of_size], kind='stable')]
        for row in _first_of_places(matches, order[apart[order] > 0]):
            place = int(found.image[row]), int(row), -1, float(errors.iou[row])
            faults.append(LabelFault('missing', size_bin.name, *place, float(apart[row])))
        for kind, rows, things, ious in (
            ('loose', loose, errors.own[loose], errors.own_iou[loose]),
            ('class', other, errors.about[other], errors.iou[other]),
        ):
            weight = score[rows] * (1 - ious if kind == 'loose' else ious)
            inside = np.flatnonzero(matches.counts[a, things])
            for i in inside[np.argsort(-weight[inside], kind='stable')][:MOST]:
                at = int(found.image[rows[i]]), int(rows[i]), int(things[i])
                fault = LabelFault(kind, size_bin.name, *at, float(ious[i]), float(weight[i]))
                faults.append(fault)
    return sorted(faults, key=lambda fault: -fault.weight)


def _surest_of_objects(matches: Matches, errors: Errors) -> np.ndarray:
    """Return the surest detection of each object by a detection of its class, if it fits badly."""
    found = matches.found
    near = np.flatnonzero(errors.own >= 0)
    near = near[np.lexsort((found.source[near], -found.score[near]))]
    objects, first = np.unique(errors.own[near], return_index=True)
    surest = near[first]
    return surest[(errors.own_iou[surest] < FITS) & matches.counts[0, objects]]


def _first_of_places(matches: Matches, rows: np.ndarray) -> list[int]:
    """Return the first ``MOST`` detections that do not overlap an earlier one of their image."""
    found, kept = matches.found, []
    of_image: dict[int, list[np.ndarray]] = {}
    for row in rows:
        x, y, w, h = box = found.box[row]
        beside = of_image.setdefault(int(found.image[row]), [])
        for a, b, c, d in beside:
            shared = max(0, min(x + w, a + c) - max(x, a)) * max(0, min(y + h, b + d) - max(y, b))
            if shared > SAME_PLACE * (w * h + c * d - shared):
                break
        else:
            beside.append(box)
            kept.append(int(row))
            if len(kept) == MOST:
                break
    return kept
