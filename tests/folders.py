"""Tiny folders in the layouts that users bring, made in a test's own temporary folder."""

import json
from pathlib import Path

import cv2
import numpy as np


def write_image(path: Path, height: int = 60, width: int = 80) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((height, width, 3), 90, np.uint8))


def coco_content(names, classes=('cat', 'dog'), boxes=((10, 10, 20, 20),), masks=False) -> dict:
    """A COCO dict in which every image has the given boxes, of the classes in turn."""
    content = {
        'images': [
            {'id': i, 'file_name': name, 'height': 60, 'width': 80}
            for i, name in enumerate(names, start=1)
        ],
        'annotations': [],
        'categories': [{'id': i, 'name': name} for i, name in enumerate(classes, start=1)],
    }
    for image in content['images']:
        for x, y, w, h in boxes:
            annotation = {
                'id': len(content['annotations']) + 1,
                'image_id': image['id'],
                'category_id': len(content['annotations']) % len(classes) + 1,
                'bbox': [x, y, w, h],
                'area': w * h,
                'iscrowd': 0,
            }
            if masks:
                annotation['segmentation'] = [[x, y, x + w, y, x + w, y + h, x, y + h]]
            content['annotations'].append(annotation)
    return content


def write_json(path: Path, content) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def write_coco(root: Path, splits=('train', 'val'), **options) -> Path:
    """A folder like COCO 2017: five images in each split."""
    for split in splits:
        names = [f'{split}_{i}.jpg' for i in range(5)]
        for name in names:
            write_image(root / f'{split}2017' / name)
        file = root / f'annotations/instances_{split}2017.json'
        write_json(file, coco_content(names, **options))
    return root


def voc_xml(objects=(('dog', 11, 11, 30, 30),), size=(80, 60)) -> str:
    """An annotation; an object is (class, xmin, ymin, xmax, ymax) and perhaps difficult."""
    text = '<annotation>'
    if size:
        text += f'<size><width>{size[0]}</width><height>{size[1]}</height></size>'
    for label, *box in objects:
        text += f'<object><name>{label}</name><difficult>{int(len(box) > 4)}</difficult><bndbox>'
        edges = zip(('xmin', 'ymin', 'xmax', 'ymax'), box, strict=False)
        text += ''.join(f'<{key}>{value}</{key}>' for key, value in edges)
        text += '</bndbox></object>'
    return text + '</annotation>'


def write_voc(home: Path, xmls: dict[str, str], splits: dict[str, list[str]], suffix='.jpg'):
    """A folder in VOC layout; splits map a name to the lines of its file."""
    (home / 'Annotations').mkdir(parents=True)
    for name, xml in xmls.items():
        (home / 'Annotations' / f'{name}.xml').write_text(xml)
        write_image(home / 'JPEGImages' / f'{name}{suffix}')
    for split, lines in splits.items():
        file = home / 'ImageSets/Main' / f'{split}.txt'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('\n'.join(lines) + '\n')
    return home


YOLO_LINE = '1 0.5 0.5 0.5 0.25'


def write_yolo(
    root: Path, images='{}/images', labels='{}/labels', line=YOLO_LINE, splits=('train', 'val')
) -> Path:
    """Four images of 40 x 80 px in each split, the last one without a label file."""
    for split in splits:
        for index in range(4):
            write_image(root / images.format(split) / f'{split}_{index}.jpg', 40, 80)
            file = root / labels.format(split) / f'{split}_{index}.txt'
            file.parent.mkdir(parents=True, exist_ok=True)
            if index < 3:
                file.write_text(line + '\n')
    return root
