import json

import cv2
import numpy as np
import pytest
from folders import write_image
from pycocotools.coco import COCO

from res2net_mm.data import draw_demo_set, recognise
from res2net_mm.data.demo.demo_scene import CLASSES
from res2net_mm.errors import UserError


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


def test_complete_is_reused_incomplete_is_redrawn(tmp_path):
    root = draw_demo_set(tmp_path / 'demo', train_images=2, val_images=1)
    before = {file: file.stat().st_mtime_ns for file in root.rglob('*')}
    draw_demo_set(root, train_images=2, val_images=1)
    assert {file: file.stat().st_mtime_ns for file in root.rglob('*')} == before

    complete = everything(root)
    (root / 'val2017/000001.png').unlink()
    draw_demo_set(root, train_images=2, val_images=1)
    assert everything(root) == complete
    draw_demo_set(root, train_images=1, val_images=1)
    assert len(list((root / 'train2017').iterdir())) == 1


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(cv2, 'imwrite', lambda *_: False)
    with pytest.raises(OSError, match='could not write'):
        draw_demo_set(tmp_path / 'demo', train_images=1, val_images=1)
    assert not list(tmp_path.iterdir())


def test_somebody_elses_folder_is_left_alone(tmp_path):
    write_image(tmp_path / 'mine/a.jpg')
    with pytest.raises(UserError, match='not a demo set'):
        draw_demo_set(tmp_path / 'mine', train_images=1, val_images=1)
    assert (tmp_path / 'mine/a.jpg').is_file()


@pytest.mark.parametrize('bad', [{'train_images': 0}, {'val_images': -1}, {'seed': -1}])
def test_bad_numbers(bad, tmp_path):
    with pytest.raises(UserError, match=next(iter(bad))):
        draw_demo_set(tmp_path / 'demo', **bad)
    assert not list(tmp_path.iterdir())


def test_manifest_says_how(drawn):
    manifest = json.loads((drawn / 'demo_set.json').read_text())
    assert manifest['images'] == {'train': 12, 'val': 4}
    assert manifest['seed'] == 0
