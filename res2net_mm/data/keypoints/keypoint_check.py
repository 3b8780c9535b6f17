"""Checks the keypoints of one split: leaves out what is unusable, fills in what is missing.

MMPose skips objects that it cannot use without a word, and ends at others in an error that does not
name them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.keypoints import COCO_SIGMAS, points_of
from res2net_mm.formats import BoxImages, Findings
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM

#: COCO's keypoints of a person, in their order (https://cocodataset.org/#format-data).
NAMES = (
    *('nose', 'left_eye', 'right_eye', 'left_ear', 'right_ear', 'left_shoulder'),
    *('right_shoulder', 'left_elbow', 'right_elbow', 'left_wrist', 'right_wrist', 'left_hip'),
    *('right_hip', 'left_knee', 'right_knee', 'left_ankle', 'right_ankle'),
)
COUNT = len(COCO_SIGMAS)
VISIBILITY = (0, 1, 2)  # not labelled, hidden, visible
BEYOND = 1  # px off the image that rounding makes

REDRAW = 'label them anew or delete them'
COUNT_ANEW = 'write how many have a visibility above 0'


def clean_keypoints(split: BoxImages, findings: Findings) -> BoxImages:
    """Return a split whose objects have usable keypoints, their number and numbered images.

    Args:
        split: The split, with clean boxes; not changed.
        findings: Receives what was repaired or left out. Other keypoints than COCO's 17 of a
            person, and such that are shares of the image, are errors.

    Raises:
        UserError: ``findings`` stop at an error.
    """
    _check_names(split, findings)
    images = {image['id']: image for image in split.content['images']}
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)  # (what, fix) -> where
    kept: list[dict[str, Any]] = []
    largest = []
    for entry in split.content['annotations']:
        image = images[entry['image_id']]
        where = f'{image["file_name"]}: id {entry["id"]}'
        points = points_of(entry)
        if points is None or len(points) != COUNT:
            what = f'people whose keypoints are not {COUNT} of three numbers (x, y, visibility)'
            notes[f'{what}, left out', REDRAW].append(where)
            continue
        changes: dict[str, Any] = {}
        if not np.isin(points[:, 2], VISIBILITY).all():
            what = 'people with a visibility other than 0, 1 and 2, taken as 2 where it is above 0'
            notes[what, 'write 0 (not labelled), 1 (hidden) or 2 (visible)'].append(where)
            points[:, 2] = np.where(points[:, 2] > 0, 2, 0)
            changes['keypoints'] = points.ravel().tolist()
        labelled = points[points[:, 2] > 0, :2]
        given = entry.get('num_keypoints')
        if type(given) is not int or given != len(labelled):
            what = 'people whose num_keypoints is missing or wrong, counted anew'
            notes[what, COUNT_ANEW].append(f'{where}, {given!r} for {len(labelled)}')
            changes['num_keypoints'] = len(labelled)
        if len(labelled):
            largest.append(labelled.max())
            _look_at(labelled, image, where, notes)
        kept.append({**entry, **changes} if changes else entry)
    _check_unit(split.file, largest, findings)
    for (what, fix), places in notes.items():
        findings.add(PROBLEM, split.file, what, places, fix)
    content, changed = _with_numbered_images({**split.content, 'annotations': kept}), True
    if content['images'] is split.content['images']:
        changed = kept != split.content['annotations']
    return replace(split, content=content, is_copy=split.is_copy or changed)


def is_labelled(entry: Mapping[str, Any]) -> bool:
    """Return whether a clean annotation is trained on and counted: no crowd, and has a keypoint."""
    return not entry['iscrowd'] and entry['num_keypoints'] > 0


def _look_at(
    labelled: np.ndarray,
    image: Mapping[str, Any],
    where: str,
    notes: Mapping[tuple[str, str], list[str]],
) -> None:
    """Note (N, 2) labelled keypoints of an object that lie where none can be."""
    if (labelled == 0).all(axis=1).any():
        what = 'people with a labelled keypoint at (0, 0), kept as it is'
        notes[what, 'give it the visibility 0, unless it is meant'].append(where)
    off = (labelled < -BEYOND) | (labelled > np.array([image['width'], image['height']]) + BEYOND)
    if off.any():
        what = 'people with a labelled keypoint off their image, kept as it is'
        notes[what, 'give it the visibility 0, or move it'].append(where)


def _check_unit(file: Path, largest: list[float], findings: Findings) -> None:
    """Find a file in which every labelled coordinate is at most 1."""
    if largest and max(largest) <= 1:
        what = 'people whose keypoints lie within 1 px of the corner: they are shares of the image'
        fix = 'multiply x by its width and y by its height'
        findings.add(ERROR, file, what, count=len(largest), fix=fix)


def _check_names(split: BoxImages, findings: Findings) -> None:
    """Find categories with other keypoints than COCO's."""
    used = {entry['category_id'] for entry in split.content['annotations']}
    for category in split.content['categories']:
        names = category.get('keypoints')
        if category['id'] not in used:
            continue
        if not isinstance(names, list) or not names:
            what = f"categories that do not name their keypoints, taken for COCO's {COUNT}"
            findings.add(NOTE, split.file, what, [category['name']])
        elif [_plain(name) for name in names] != [*map(_plain, NAMES)]:
            what = (
                f"categories with other keypoints than COCO's {COUNT} of a person, in their order"
            )
            shown = f'{category["name"]} has {len(names)}: {", ".join(map(str, names[:20]))}'
            fix = f'bring them into the order {", ".join(NAMES)}; those not labelled are 0, 0, 0'
            findings.add(ERROR, split.file, what, [shown], fix)


def _plain(name: object) -> str:
    """Return a name in small letters without what tools put between words."""
    return str(name).casefold().translate({ord(sign): None for sign in '_- '})


def _with_numbered_images(content: dict[str, Any]) -> dict[str, Any]:
    """Number the images where an id is a text, which MMPose cannot read."""
    ids = [image['id'] for image in content['images']]
    if all(isinstance(number, int) for number in ids):
        return content
    new = {number: index for index, number in enumerate(ids, start=1)}
    return {
        **content,
        'images': [{**image, 'id': new[image['id']]} for image in content['images']],
        'annotations': [
            {**entry, 'image_id': new[entry['image_id']]} for entry in content['annotations']
        ],
    }
