"""A fingerprint tells data that differ, and only those."""

import json
import shutil

import pytest
from mmdet.datasets import CocoDataset, XMLDataset
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset

from res2net_mm.data import draw_demo_set
from res2net_mm.engine.runs import data_fingerprint as module
from res2net_mm.engine.runs.data_fingerprint import data_fingerprint


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return draw_demo_set(tmp_path_factory.mktemp('drawn') / 'set', train_images=4, val_images=2)


@pytest.fixture
def folder(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / 'set')


def coco(folder):
    names = json.loads((folder / ANN).read_text())['categories']
    return CocoDataset(
        ann_file=str(folder / ANN),
        data_prefix=dict(img=str(folder / 'train2017')),
        metainfo=dict(classes=[category['name'] for category in names]),
    )


ANN = 'annotations/instances_train2017.json'


def test_a_copy_elsewhere_is_the_same(drawn, folder):
    assert data_fingerprint(coco(drawn)) == data_fingerprint(coco(folder))


def test_annotations_count_whole(drawn, folder):
    content = json.loads((folder / ANN).read_text())
    content['annotations'][0]['bbox'][0] += 1
    (folder / ANN).write_text(json.dumps(content))
    before, now = data_fingerprint(coco(drawn)), data_fingerprint(coco(folder))
    assert {key for key in before if before[key] != now[key]} == {'annotations'}


def test_images_count_by_size(drawn, folder):
    image = next((folder / 'train2017').iterdir())
    image.write_bytes(image.read_bytes() + b'0')
    before, now = data_fingerprint(coco(drawn)), data_fingerprint(coco(folder))
    assert {key for key in before if before[key] != now[key]} == {'files'}


def test_large_sets_are_sampled(folder, monkeypatch):
    monkeypatch.setattr(module, 'SAMPLED', 2)
    found = data_fingerprint(coco(folder))
    assert (found['images'], found['sampled']) == (4, 2)


def test_annotations_inside_wrappers(folder):
    alone = data_fingerprint(coco(folder))
    for wrapped in (RepeatDataset(coco(folder), times=2), ConcatDataset([coco(folder)] * 2)):
        found = data_fingerprint(wrapped)
        assert found['annotations'] == alone['annotations']
        assert found['images'] == 2 * alone['images']


def test_the_content_of_voc_files_counts(tmp_path):
    for name in ('ImageSets/Main', 'JPEGImages', 'Annotations'):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / 'ImageSets/Main/train.txt').write_text('a\n')
    (tmp_path / 'JPEGImages/a.jpg').write_bytes(b'1')
    box = '<xmin>1</xmin><ymin>1</ymin><xmax>{}</xmax><ymax>60</ymax>'
    text = (
        '<annotation><size><width>64</width><height>64</height></size><object><name>x</name>'
        f'<bndbox>{box}</bndbox></object></annotation>'
    )

    def fingerprint(right):
        (tmp_path / 'Annotations/a.xml').write_text(text.format(right))
        return data_fingerprint(
            XMLDataset(
                data_root=str(tmp_path),
                ann_file='ImageSets/Main/train.txt',
                data_prefix=dict(sub_data_root=''),
                metainfo=dict(classes=('x',)),
            )
        )

    assert fingerprint(50)['files'] != fingerprint(51)['files']
    assert fingerprint(50) == fingerprint(50)


def test_data_without_files():
    class Numbers(BaseDataset):
        def load_data_list(self):
            return [dict(value=1)]

    assert data_fingerprint(Numbers())['images'] == 1
