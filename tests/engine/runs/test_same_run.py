"""Which settings and which data make another run, and only those."""

import json
import shutil

import pytest
from mmdet.datasets import CocoDataset, XMLDataset
from mmengine.config import Config
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset

from res2net_mm.data import draw_demo_set
from res2net_mm.engine.runs import same_run
from res2net_mm.engine.runs.same_run import data_fingerprint, differences, flatten, run_settings

CONFIG = dict(
    model=dict(backbone=dict(depth=50, init_cfg=dict(type='Pretrained'))),
    train_dataloader=dict(batch_size=2, num_workers=4, dataset=dict(type='A', data_root='x')),
    optim_wrapper=dict(optimizer=dict(lr=0.1, betas=(0.9, 0.99))),
    param_scheduler=[dict(type='LinearLR', end=8), dict(type='MultiStepLR', milestones=[1, 2])],
    train_cfg=dict(max_epochs=3),
    custom_hooks=[dict(type='EMAHook', momentum=0.1), dict(type='LossLog')],
)


def test_settings_are_named_by_their_place():
    assert run_settings(Config(CONFIG)) == {
        'model.backbone.depth': '50',
        'train_dataloader.dataset.type': "'A'",
        'optim_wrapper.optimizer.lr': '0.1',
        'optim_wrapper.optimizer.betas': '[0.9, 0.99]',
        'param_scheduler.0.type': "'LinearLR'",
        'param_scheduler.0.end': '8',
        'param_scheduler.1.type': "'MultiStepLR'",
        'param_scheduler.1.milestones': '[1, 2]',
        'custom_hooks.0.type': "'EMAHook'",
        'custom_hooks.0.momentum': '0.1',
    }


@pytest.mark.parametrize(
    ('key', 'value', 'another'),
    [
        ('train_cfg.max_epochs', 9, False),
        ('train_dataloader.num_workers', 0, False),
        ('model.backbone.init_cfg', None, False),
        ('model.backbone.depth', 101, True),
        ('optim_wrapper.optimizer.lr', 0.2, True),
        ('custom_hooks', [], True),
    ],
)
def test_what_makes_another_run(key, value, another):
    changed = Config(CONFIG)
    changed.merge_from_dict({key: value})
    assert bool(differences(run_settings(Config(CONFIG)), run_settings(changed))) == another


def test_entries_of_nested_mappings():
    nested = {'a': {'b': 1, 'c': [1, 2]}, 'd': [{'e': 2}], 'f': {}}
    assert flatten(nested) == {'a.b': 1, 'a.c': [1, 2], 'd.0.e': 2}
    assert flatten(nested, separator=': ', leave_out=['c', 'd']) == {'a: b': 1}


def test_differences_are_sorted_lines():
    assert differences(dict(b=1, a=2, c=3), dict(a=2, b=3)) == [
        'b was 1, is 3',
        'c was 3, is not set',
    ]


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
    monkeypatch.setattr(same_run, 'SAMPLED', 2)
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
