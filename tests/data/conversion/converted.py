"""What the tests of conversion share: a folder with everything, and the boxes of a folder."""

from collections import Counter
from pathlib import Path

import numpy as np
from folders import coco_content, write_image, write_json
from PIL import Image

from res2net_mm.formats import BOXES, Findings, read_folder


def read(root):
    return read_folder(Path(root), BOXES, Findings())


def boxes(root, decimals=3):
    """Count the boxes by split, file name, class and edges."""
    found: Counter[tuple] = Counter()
    for split, part in read(root)[1].items():
        names = {entry['id']: entry['name'] for entry in part.content['categories']}
        images = {image['id']: Path(image['file_name']).name for image in part.content['images']}
        for entry in part.content['annotations']:
            x, y, w, h = entry['bbox']
            edges = (round(value, decimals) for value in (x, y, x + w, y + h))
            key = split, images[entry['image_id']], names[entry['category_id']], *edges
            found[key] += 1
    return found


def lost(conversion):
    return {note.name: note.count for note in conversion.lost}


def pixels_of_their_own(root):
    for seed, file in enumerate(sorted(root.rglob('*.jpg'))):
        noise = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(noise).save(file)


def faulty(tmp_path):
    """A folder with everything that one of the layouts does not hold."""
    root = tmp_path / 'set'
    content = coco_content(['a.jpg', 'b.jpg'], classes=('b', 'a', 'none'), boxes=())
    shapes = [
        dict(bbox=[1.5, 2, 10, 10]),
        dict(bbox=[70, 50, 20, 20]),
        dict(bbox=[90, 5, 5, 5]),
        dict(bbox=[5, 5, 0, 4]),
        dict(bbox=[5, 5, 1, 4]),
        dict(bbox=[5, 5, 4, 4], iscrowd=1),
        dict(bbox=[5, 5, 4, 4], iscrowd=1, voc_difficult=1),
        dict(bbox=[5, 5, 4, 4], segmentation=[[5, 5, 9, 5, 9, 9]], score=1),
        dict(bbox=[5, 5, 4]),
    ]
    content['annotations'] = [
        dict(id=i, image_id=1, category_id=1 + i % 2, iscrowd=0, area=9) | shape
        for i, shape in enumerate(shapes, start=1)
    ]
    write_json(root / 'train.json', content)
    for name in ('a.jpg', 'b.jpg'):
        write_image(root / name)
    return root
