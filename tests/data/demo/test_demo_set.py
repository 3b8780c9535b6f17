import json

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO

from res2net_mm.data import draw_demo_set, recognise
from res2net_mm.data.demo.demo_scene import CLASSES


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return draw_demo_set(tmp_path_factory.mktemp('set') / 'demo', train_images=12, val_images=4)


def everything(root):
    return {file.relative_to(root): file.read_bytes() for file in root.rglob('*') if file.is_file()}


def test_is_a_coco_folder(drawn, tmp_path):
    folder = recognise(drawn, tmp_path / 'out')
    assert folder.layout == 'coco'
    assert folder.classes == CLASSES
    assert [folder.splits[name].images for name in ('train', 'val')] == [12, 4]
    assert folder.has_masks
    assert not folder.findings
    assert not (tmp_path / 'out').exists(), 'nothing in it needs a mended copy'


def test_labels_agree(drawn):
    coco = COCO(str(drawn / 'annotations/instances_train2017.json'))
    for image_id, image in coco.imgs.items():
        semantic = cv2.imread(str(drawn / 'labels/train2017' / image['file_name']), -1)
        assert semantic.shape == (image['height'], image['width'])
        instances = np.zeros_like(semantic)
        for annotation in coco.imgToAnns[image_id]:
            mask = coco.annToMask(annotation).astype(bool)
            assert mask.sum() == annotation['area']
            rows, columns = np.nonzero(mask)
            x, y, width, height = annotation['bbox']
            assert (columns.min(), columns.max() + 1) == (x, x + width)
            assert (rows.min(), rows.max() + 1) == (y, y + height)
            assert not instances[mask].any(), 'a pixel belongs to one object'
            instances[mask] = annotation['category_id']
        known = semantic != 255
        np.testing.assert_array_equal(instances[known], semantic[known])
    names = (drawn / 'labels/classes.txt').read_text().split()
    assert names == ['background', *CLASSES]


def test_same_arguments_same_bytes(drawn, tmp_path):
    again = draw_demo_set(tmp_path / 'demo', train_images=12, val_images=4)
    assert everything(again) == everything(drawn)
    other = draw_demo_set(tmp_path / 'other', train_images=1, val_images=1, seed=1)
    first = 'train2017/000001.png'
    assert (other / first).read_bytes() != (drawn / first).read_bytes()


def test_an_image_does_not_depend_on_how_many(drawn, tmp_path):
    fewer = draw_demo_set(tmp_path / 'demo', train_images=2, val_images=1)
    for name in ('train2017/000002.png', 'val2017/000001.png'):
        assert (fewer / name).read_bytes() == (drawn / name).read_bytes()


def test_manifest_says_how(drawn):
    manifest = json.loads((drawn / 'demo_set.json').read_text())
    assert manifest['images'] == {'train': 12, 'val': 4}
    assert manifest['seed'] == 0
