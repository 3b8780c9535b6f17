"""COCO layout of keypoints: which JSON file holds the people of each split, and its images."""

from pathlib import Path
from typing import Any

from res2net_mm.formats.boxes.coco import Content, Task, json_files, read_coco
from res2net_mm.formats.boxes.coco_content import coco_content
from res2net_mm.formats.findings import PROBLEM, Findings
from res2net_mm.formats.reader import KEYPOINTS, KeypointImages, Reader

WORD = 'keypoints'
LOOKED_FOR = 'COCO layout with keypoints: annotations/person_keypoints_train2017.json'


def read_coco_keypoints(root: Path, findings: Findings) -> dict[str, KeypointImages]:
    """Return the splits of a folder in COCO layout with keypoints; none if it is not in it.

    Files are found and belong to splits as in :func:`~res2net_mm.formats.boxes.coco.read_coco`;
    where a name says keypoints, the other files of its split are not used.

    Raises:
        UserError: A file cannot be read, two files claim a split, or images are not found.
    """
    return {
        name: KeypointImages(part.file, part.image_dir, part.content, part.is_copy, part.names_from)
        for name, part in read_coco(root, findings, PEOPLE).items()
    }


def keypoint_content(file: Path, content: Any, findings: Findings) -> Content | None:
    """Return the objects with keypoints of a COCO file, and their categories.

    Args:
        file: Path of the file. If its name says keypoints, it may hold no object with any.
        content: Parsed content of the file; not changed.
        findings: Receives the objects without keypoints, which are left out, and repairs.

    Returns:
        The content itself where nothing was left out or mended; None if it is not COCO's, or holds
        no keypoints and is not named after them.

    Raises:
        UserError: It has a list of images, but not the rest of a COCO file.
    """
    read = coco_content(file, content, findings)
    if read is None:
        return None
    objects = read['annotations']
    held = [entry for entry in objects if 'keypoints' in entry]
    if not held and WORD not in file.name.lower():
        return None
    without = [f'id {entry.get("id")}' for entry in objects if 'keypoints' not in entry]
    what, fix = 'objects without keypoints, left out', 'label them, or take them out of the file'
    findings.add(PROBLEM, file, what, without, fix)
    used = {entry.get('category_id') for entry in held}
    named = [entry for entry in read['categories'] if entry.get('id') in used]
    if len(held) == len(objects) and len(named) in (0, len(read['categories'])):
        return read
    return {**read, 'annotations': held, 'categories': named or read['categories']}


PEOPLE = Task(
    'person_keypoints',
    WORD,
    ('captions_', 'instances_', 'stuff_', 'panoptic_', 'image_info_'),
    keypoint_content,
)
COCO_KEYPOINTS = Reader(
    'cocokeypoints',
    KEYPOINTS,
    LOOKED_FOR,
    lambda root: any(WORD in file.name.lower() for file in json_files(root, PEOPLE)),
    read_coco_keypoints,
    title='COCO layout of keypoints',
)
