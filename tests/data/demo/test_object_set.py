import csv
from collections import Counter

import pytest
from mmpretrain.datasets import CustomDataset

from res2net_mm.data.demo.object_image import CLASSES, SIZES
from res2net_mm.data.demo.object_set import RECORD, VAL_SIZES, draw_object_set
from res2net_mm.openmmlab.config import load_config


@pytest.fixture(scope='module')
def drawn(tmp_path_factory):
    return draw_object_set(tmp_path_factory.mktemp('set') / 'o', train_images=20, val_images=40)


def rows(root):
    with (root / RECORD).open(newline='') as stream:
        return list(csv.DictReader(stream))


def test_every_picture_is_recorded_under_its_class(drawn):
    recorded = rows(drawn)
    there = {file.relative_to(drawn).as_posix() for file in drawn.rglob('*.png')}
    assert {row['file'] for row in recorded} == there
    assert len(recorded) == 60
    assert all(row['file'].split('/')[1] == row['label'] for row in recorded)


def test_classes_are_equally_many(drawn):
    for split, count in (('train', 2), ('val', 4)):
        of_split = [row for row in rows(drawn) if row['file'].startswith(split)]
        assert Counter(row['label'] for row in of_split) == dict.fromkeys(CLASSES, count)


def test_each_object_of_val_comes_at_every_size(drawn):
    objects = {}
    for row in rows(drawn):
        if row['file'].startswith('val'):
            objects.setdefault((row['object'], row['label']), []).append(float(row['size']))
    assert len(objects) == 10
    assert all(tuple(sizes) == VAL_SIZES for sizes in objects.values())


def test_sizes_of_train_are_random_within_the_range(drawn):
    sizes = [float(row['size']) for row in rows(drawn) if row['file'].startswith('train')]
    assert len(set(sizes)) > 10
    assert SIZES[0] <= min(sizes) < max(sizes) <= SIZES[1]


def test_same_arguments_same_pictures_whatever_their_number(drawn, tmp_path):
    fewer = draw_object_set(tmp_path / 'fewer', train_images=3, val_images=6)
    pictures = list(fewer.rglob('*.png'))
    assert len(pictures) == 9
    for file in pictures:
        assert file.read_bytes() == (drawn / file.relative_to(fewer)).read_bytes()
    other = draw_object_set(tmp_path / 'other', train_images=1, val_images=1, seed=1)
    for file in other.rglob('*.png'):
        assert file.read_bytes() != (drawn / file.relative_to(other)).read_bytes()


def test_labels_are_those_of_mmpretrains_class_folders(drawn):
    dataset = CustomDataset(data_root=str(drawn), data_prefix='train')
    assert dataset.metainfo['classes'] == CLASSES
    info = dataset.get_data_info(0)
    assert info['gt_label'] == 0
    assert CLASSES[0] in info['img_path']


def test_the_demo_config_has_these_classes_and_sizes():
    cfg = load_config('r2n_light_demo')
    for loader in (cfg.train_dataloader, cfg.val_dataloader):
        assert tuple(loader.dataset.metainfo.classes) == CLASSES
    bins = [(low, high) for _, low, high in cfg.val_evaluator.bins]
    inside = [[size for size in VAL_SIZES if low < size < high] for low, high in bins]
    assert inside == [[size] for size in VAL_SIZES]
    assert cfg.val_evaluator.sizes.endswith(f'/{RECORD}')
