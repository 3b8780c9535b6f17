"""The data that a config names by itself is checked before a run begins, without `--data`."""

import codecs
import json

import pytest
from folders import voc_xml, write_coco, write_json, write_voc
from mask_folders import write_masked
from mmengine.config import Config
from PIL import Image

from res2net_mm.data.checks.config_datasets import check_config_data
from res2net_mm.errors import UserError
from res2net_mm.formats import describe

LOADERS = ('train_dataloader', 'val_dataloader')
CLASSES = ('cat', 'dog')


def make_config(datasets, **model) -> Config:
    loaders = {name: dict(dataset=part) for name, part in zip(LOADERS, datasets, strict=True)}
    return Config(dict(default_scope='mmdet', model=model, **loaders))


def coco(root, *, classes=CLASSES, heads=2) -> Config:
    datasets = [
        dict(
            type='CocoDataset',
            data_root=str(root),
            ann_file=f'annotations/instances_{split}2017.json',
            data_prefix=dict(img=f'{split}2017/'),
            metainfo=dict(classes=classes),
        )
        for split in ('train', 'val')
    ]
    wrapped = dict(type='RepeatDataset', times=2, dataset=datasets[0])
    return make_config((wrapped, datasets[1]), bbox_head=dict(num_classes=heads))


def voc(root) -> Config:
    datasets = [
        dict(
            type='VOCDataset',
            data_root=f'{root}/',
            ann_file=f'VOC2007/ImageSets/Main/{split}.txt',
            data_prefix=dict(sub_data_root='VOC2007/'),
        )
        for split in ('train', 'val')
    ]
    return make_config(datasets, bbox_head=dict(num_classes=20))


def masks(root) -> Config:
    datasets = [
        dict(
            type='mmseg.BaseSegDataset',
            data_root=str(root),
            data_prefix=dict(img_path=f'images/{split}', seg_map_path=f'annotations/{split}'),
            metainfo=dict(classes=('a', 'b', 'c')),
        )
        for split in ('train', 'val')
    ]
    return make_config(datasets, decode_head=dict(num_classes=3))


def change(root, key, **new):
    file = root / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    content[key][0].update(new)
    write_json(file, content)


def mark(file):
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())


def check(cfg):
    return check_config_data(cfg, loaders=LOADERS)


def write_voc_home(root):
    return write_voc(
        root / 'VOC2007', dict.fromkeys('abc', voc_xml()), {'train': ['a', 'b'], 'val': ['c']}
    )


def test_what_is_clean_has_no_findings(tmp_path):
    assert check(coco(write_coco(tmp_path / 'coco'))) == []
    write_voc_home(tmp_path)
    assert check(voc(tmp_path)) == []
    assert check(masks(write_masked(tmp_path / 'masks'))) == []


@pytest.mark.parametrize(
    ('break_it', 'message'),
    [
        (lambda r: (r / 'train2017/train_3.jpg').unlink(), r'missing from .*: 1 \(train_3.jpg\)'),
        (lambda r: change(r, 'images', id=2), 'ids that several images have'),
        (lambda r: change(r, 'annotations', category_id=9), 'not among the categories'),
        (lambda r: change(r, 'images', file_name='../../etc/passwd'), 'leads out of the folder'),
        (lambda r: (r / 'annotations/instances_val2017.json').write_text('{'), 'not a JSON file'),
        (lambda r: write_json(r / 'annotations/instances_val2017.json', []), 'no list images'),
        (lambda r: mark(r / 'annotations/instances_val2017.json'), 'byte order mark .* without it'),
        (lambda r: (r / 'val2017/val_1.jpg').write_bytes(b'x'), r'cannot be read: 1 \(val_1.jpg: '),
        (
            lambda r: Image.new('F', (80, 60), 0.5).save(r / 'val2017/val_1.jpg', format='TIFF'),
            r'images that training cannot read, of 32-bit floats 0.5..0.5: 1 \(val_1.jpg\)',
        ),
    ],
)
def test_faults_of_coco_stop_a_run(break_it, message, tmp_path):
    break_it(write_coco(tmp_path / 'set'))
    with pytest.raises(UserError, match=message):
        check(coco(tmp_path / 'set'))
    assert [path.name for path in tmp_path.iterdir()] == ['set']


def test_what_can_be_trained_on_is_said(tmp_path):
    root = write_coco(tmp_path / 'set')
    change(root, 'annotations', bbox=[1, 1, 0, 5])
    (finding,) = check(coco(root))
    assert 'without width or height' in finding.name
    assert describe([finding])[0].startswith('PROBLEM ')


def test_classes_have_to_be_those_of_the_file(tmp_path):
    root = write_coco(tmp_path / 'set')
    with pytest.raises(UserError, match=r'no category of the file, which has cat, dog .*: 2 \(Cat'):
        check(coco(root, classes=('Cat', 'Dog')))
    findings = check(coco(root, classes=('cat', 'Dog')))
    assert [finding.examples for finding in findings] == [('Dog',), ('Dog',)]  # of train and val
    with pytest.raises(UserError, match=r'bbox_head.num_classes=1 .* too few for the 2 classes'):
        check(coco(root, heads=1))
    assert check(coco(root, classes=('cat',), heads=1)) == []  # some of the categories will do


def test_images_of_both_splits_are_said(tmp_path):
    root = write_coco(tmp_path / 'set')
    cfg = coco(root)
    cfg.val_dataloader.dataset = cfg.train_dataloader.dataset
    (finding,) = check(cfg)
    assert finding.count == 5
    assert 'too good' in finding.name


@pytest.mark.parametrize(
    ('break_it', 'message'),
    [
        (lambda home: (home / 'JPEGImages/a.jpg').unlink(), r'img_path.*: 1 \(.*a.jpg\)'),
        (
            lambda home: (home / 'Annotations/b.xml').unlink(),
            r'VOCDataset .* cannot be read.*b.xml',
        ),
        (
            lambda home: (home / 'JPEGImages/a.jpg').write_bytes(b''),
            r'images that cannot be read: 1 \(a.jpg: it is empty',
        ),
        (lambda home: (home / 'Annotations/b.xml').write_text('<'), 'VOCDataset .* cannot be read'),
        (lambda home: (home / 'ImageSets/Main/val.txt').write_text('../../x'), 'leads out of the'),
    ],
)
def test_files_of_voc_have_to_be_there(break_it, message, tmp_path):
    break_it(write_voc_home(tmp_path))
    with pytest.raises(UserError, match=message):
        check(voc(tmp_path))


def test_every_image_needs_its_mask(tmp_path):
    root = write_masked(tmp_path / 'set')
    (root / 'annotations/val/val_2.png').unlink()
    with pytest.raises(UserError, match=r'seg_map_path.*: 1 \(.*val_2.png\)'):
        check(masks(root))


def test_what_lies_elsewhere_is_left_to_itself():
    far = dict(type='CocoDataset', data_root='s3://bucket/', ann_file='a.json')
    assert check(make_config((far, far))) == []


def test_test_sets_have_no_annotations_and_stay_in_their_folder(tmp_path):
    root = write_coco(tmp_path / 'set')
    file = root / 'annotations/instances_val2017.json'
    content = json.loads(file.read_text())
    del content['annotations']
    write_json(file, content)
    cfg = coco(root)
    cfg.test_dataloader = cfg.val_dataloader
    assert check_config_data(cfg, loaders=('test_dataloader',)) == []
    with pytest.raises(UserError, match='no list annotations'):
        check(cfg)
    content['images'][0]['file_name'] = '../../x.jpg'
    write_json(file, content)
    with pytest.raises(UserError, match='leads out of the folder'):
        check_config_data(cfg, loaders=('test_dataloader',))
