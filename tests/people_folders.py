"""Tiny folders of drawn people with COCO's keypoints, made in a test's own temporary folder."""

from pathlib import Path

import cv2
import numpy as np
from folders import write_json

from res2net_mm.data.keypoints.keypoint_check import NAMES

SIDE = 120  # px of an image
PEOPLE = ((10, 8, 40, 100), (60, 20, 50, 70))  # x, y, width, height of the box of each


def draw_people(path: Path, seed: int = 0) -> None:
    """Write an image with a light figure in each box."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = np.random.default_rng(seed).integers(0, 60, (SIDE, SIDE, 3), dtype=np.uint8)
    for x, y, width, height in PEOPLE:
        image[y : y + height, x : x + width] += 120
    assert cv2.imwrite(str(path), image)


def people_content(names, **more) -> dict:
    """Return the COCO dict of images with the people of ``PEOPLE`` each; ``more`` keys of each."""
    share = np.random.default_rng(0).random((len(NAMES), 2))
    content = {
        'images': [
            dict(id=i, file_name=name, width=SIDE, height=SIDE)
            for i, name in enumerate(names, start=1)
        ],
        'annotations': [],
        'categories': [dict(id=1, name='person', keypoints=[*NAMES], skeleton=[[1, 2]])],
    }
    for image in content['images']:
        for box in PEOPLE:
            points = np.column_stack([share * box[2:] + box[:2], np.full(len(NAMES), 2)])
            entry = dict(
                id=len(content['annotations']) + 1,
                image_id=image['id'],
                category_id=1,
                bbox=[*box],
                area=box[2] * box[3],
                iscrowd=0,
                num_keypoints=len(NAMES),
                keypoints=points.ravel().tolist(),
            )
            content['annotations'].append({**entry, **more})
    return content


def write_people(root: Path, splits=('train', 'val'), *, count: int = 3, **more) -> Path:
    """Write a folder like COCO 2017, of so many images in each split."""
    for number, split in enumerate(splits):
        names = [f'{split}_{i}.jpg' for i in range(count)]
        for i, name in enumerate(names):
            draw_people(root / f'{split}2017' / name, seed=100 * number + i)
        file = root / f'annotations/person_keypoints_{split}2017.json'
        write_json(file, people_content(names, **more))
    return root
