"""Two drawn images in every layout the shipped configs read, where they look for it."""

import json
import pickle
from pathlib import Path

import cv2
import numpy as np

from res2net_mm.data import draw_demo_set, draw_object_set

SIZE = 96  # px
NAMES = ('one', 'two')
BOXES = ((12, 16, 60, 70), (40, 8, 90, 50))  # x1, y1, x2, y2 of the object in each image
THINGS, STUFF = 80, 53  # of COCO panoptic

VOC_OBJECT = (
    '<object><name>{name}</name><difficult>0</difficult><bndbox><xmin>{box[0]}</xmin>'
    '<ymin>{box[1]}</ymin><xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox></object>'
)


def draw_tiny_data(root: Path) -> None:
    """Draw every public set that a config names, and the demo sets, in ``data`` under ``root``."""
    draw_demo_set(root / 'data/demo', train_images=4, val_images=2)
    draw_object_set(root / 'data/demo_objects', train_images=20, val_images=10)
    _draw_coco(root / 'data/coco')
    _draw_imagenet(root / 'data/imagenet')
    _write_cifar100(root / 'data/cifar100/cifar-100-python')
    _draw_people(root / 'data/coco')
    for year in (2007, 2012):
        _draw_voc(root / f'data/VOCdevkit/VOC{year}')
    _draw_cityscapes(root / 'data/cityscapes')
    _draw_ade20k(root / 'data/ade/ADEChallengeData2016')
    _draw_salient(root / 'data')


def _image(index: int) -> np.ndarray:
    image = np.random.default_rng(index).integers(0, 80, (SIZE, SIZE, 3), dtype=np.uint8)
    x1, y1, x2, y2 = BOXES[index]
    image[y1:y2, x1:x2] += 150
    return image


def _label_map(index: int, *, background: int, object_: int) -> np.ndarray:
    labels = np.full((SIZE, SIZE), background, np.uint8)
    x1, y1, x2, y2 = BOXES[index]
    labels[y1:y2, x1:x2] = object_
    return labels


def _write(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


def _draw_coco(root: Path) -> None:
    from mmdet.datasets import CocoPanopticDataset

    names = CocoPanopticDataset.METAINFO['classes']
    categories = [
        dict(id=i + 1, name=name, isthing=int(i < THINGS)) for i, name in enumerate(names)
    ]
    for split in ('train2017', 'val2017'):
        images, objects, panoptic = [], [], []
        for i, name in enumerate(NAMES):
            x1, y1, x2, y2 = BOXES[i]
            box, area = [x1, y1, x2 - x1, y2 - y1], (x2 - x1) * (y2 - y1)
            images.append(dict(id=i + 1, file_name=f'{name}.jpg', width=SIZE, height=SIZE))
            outline = [[x1, y1, x2, y1, x2, y2, x1, y2]]
            entry = dict(category_id=1, bbox=box, area=area, iscrowd=0)
            objects.append(dict(entry, id=i + 1, image_id=i + 1, segmentation=outline))
            stuff = dict(id=2, category_id=THINGS + 1, bbox=[0, 0, SIZE, SIZE], iscrowd=0)
            segments = [dict(entry, id=1), dict(stuff, area=SIZE * SIZE - area)]
            panoptic.append(dict(image_id=i + 1, file_name=f'{name}.png', segments_info=segments))
            _write(root / split / f'{name}.jpg', _image(i))
            _write(
                root / 'stuffthingmaps' / split / f'{name}.png',
                _label_map(i, background=120, object_=0),
            )
            segment_ids = np.zeros((SIZE, SIZE, 3), np.uint8)  # BGR: the id is in red
            segment_ids[..., 2] = _label_map(i, background=2, object_=1)
            _write(root / 'annotations' / f'panoptic_{split}' / f'{name}.png', segment_ids)
        for kind, annotations, of in (
            ('instances', objects, categories[:THINGS]),
            ('panoptic', panoptic, categories),
        ):
            path = root / 'annotations' / f'{kind}_{split}.json'
            path.write_text(json.dumps(dict(images=images, annotations=annotations, categories=of)))


def _draw_people(root: Path) -> None:
    """Annotate the objects of the COCO images as persons with keypoints, and detect them."""
    names = ('nose', *(f'part{i}' for i in range(1, 17)))
    categories = [dict(id=1, name='person', keypoints=names, skeleton=[])]
    share = np.random.default_rng(0).random((17, 2))
    for split in ('train2017', 'val2017'):
        images, people, boxes = [], [], []
        for i, name in enumerate(NAMES):
            x1, y1, x2, y2 = BOXES[i]
            box = [x1, y1, x2 - x1, y2 - y1]
            points = np.column_stack([share * box[2:] + box[:2], np.full(17, 2)])
            images.append(dict(id=i + 1, file_name=f'{name}.jpg', width=SIZE, height=SIZE))
            entry = dict(image_id=i + 1, category_id=1, bbox=box)
            boxes.append(dict(entry, score=0.9))
            people.append(
                dict(
                    entry,
                    id=i + 1,
                    area=box[2] * box[3],
                    iscrowd=0,
                    num_keypoints=17,
                    keypoints=points.ravel().tolist(),
                )
            )
        path = root / 'annotations' / f'person_keypoints_{split}.json'
        path.write_text(json.dumps(dict(images=images, annotations=people, categories=categories)))
    path = root / 'person_detection_results/COCO_val2017_detections_AP_H_56_person.json'
    path.parent.mkdir()
    path.write_text(json.dumps(boxes))


def _draw_voc(root: Path) -> None:
    lists = {'Main': ('trainval', 'test'), 'Segmentation': ('train', 'aug', 'val')}
    for folder, splits in lists.items():
        (root / 'ImageSets' / folder).mkdir(parents=True)
        for split in splits:
            (root / 'ImageSets' / folder / f'{split}.txt').write_text('\n'.join(NAMES))
    (root / 'Annotations').mkdir()
    for i, name in enumerate(NAMES):
        _write(root / 'JPEGImages' / f'{name}.jpg', _image(i))
        for labels in ('SegmentationClass', 'SegmentationClassAug'):
            _write(root / labels / f'{name}.png', _label_map(i, background=0, object_=5))
        size = f'<size><width>{SIZE}</width><height>{SIZE}</height></size>'
        objects = VOC_OBJECT.format(name='cat', box=BOXES[i])
        (root / 'Annotations' / f'{name}.xml').write_text(
            f'<annotation>{size}{objects}</annotation>'
        )


def _draw_cityscapes(root: Path) -> None:
    for split in ('train', 'val'):
        for i, name in enumerate(NAMES):
            _write(root / 'leftImg8bit' / split / f'{name}_leftImg8bit.png', _image(i))
            _write(
                root / 'gtFine' / split / f'{name}_gtFine_labelTrainIds.png',
                _label_map(i, background=0, object_=13),
            )


def _draw_ade20k(root: Path) -> None:
    for split in ('training', 'validation'):
        for i, name in enumerate(NAMES):
            _write(root / 'images' / split / f'{name}.jpg', _image(i))
            _write(
                root / 'annotations' / split / f'{name}.png',
                _label_map(i, background=1, object_=13),
            )


def _draw_salient(root: Path) -> None:
    duts = [f'DUTS/DUTS-{split}/DUTS-{split}' for split in ('TR', 'TE')]
    folders = [(f'{name}-Image', f'{name}-Mask') for name in duts]
    for images, masks in (*folders, ('ECSSD/images', 'ECSSD/masks'), ('MSRA-B', 'MSRA-B')):
        for i, name in enumerate(NAMES):
            _write(root / images / f'{name}.jpg', _image(i))
            mask = _label_map(i, background=0, object_=255)
            _write(root / masks / f'{name}.png', cv2.GaussianBlur(mask, (3, 3), 0))
    (root / 'MSRA-B/train.txt').write_text('\n'.join(NAMES))


def _draw_imagenet(root: Path) -> None:
    from mmpretrain.datasets import ImageNet

    for split in ('train', 'val'):
        for number in range(len(ImageNet.METAINFO['classes'])):
            (root / split / f'n{number:08d}').mkdir(parents=True)
        for i, name in enumerate(NAMES):
            _write(root / split / f'n{i:08d}' / f'{name}.jpg', _image(i))


def _write_cifar100(root: Path) -> None:
    root.mkdir(parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 3 * 32 * 32), dtype=np.uint8)
    for split in ('train', 'test'):
        content = dict(data=pixels, fine_labels=[*range(8)])
        (root / split).write_bytes(pickle.dumps(content))
    names = [f'class {i}' for i in range(100)]
    (root / 'meta').write_bytes(pickle.dumps(dict(fine_label_names=names)))
