"""What splits are called, and which of them are trained, validated and tested on."""

import re
from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, LabelMapImages
from res2net_mm.formats.splits import (
    SPLIT_NAMES,
    choose_splits,
    split_named,
    split_of,
)


@pytest.mark.parametrize(
    ('name', 'inside', 'whole'),
    [
        ('train', 'train', 'train'),
        ('Training', 'train', 'train'),
        ('VALID', 'val', 'val'),
        ('eval', 'val', 'val'),
        ('val2017', 'val', 'val'),
        ('instances_train2017', 'train', None),
        ('val_instances_default', 'val', None),
        ('dog_val', 'val', None),
        ('trainval', 'trainval', 'trainval'),
        ('train_val', 'trainval', 'trainval'),
        ('train_val_2012', 'trainval', 'trainval'),
        ('TrainImages', 'train', None),
        ('testImages', 'test', None),
        ('Training set', 'train', 'train'),
        ('trainannot', None, None),
        ('_annotations.coco', None, None),
        ('testing', 'test', 'test'),
        ('trainingset', 'train', 'train'),
        ('valing', 'val', 'val'),
        ('setting', None, None),
    ],
)
def test_names_of_splits(name, inside, whole):
    assert (split_of(name), split_named(name)) == (inside, whole)


def test_every_name_stands_for_one_split():
    names = [name for names in SPLIT_NAMES.values() for name in names]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() for name in names)


def part(names: str) -> LabelMapImages:
    images, maps = ([f'{name}{end}' for name in names] for end in ('.jpg', '.png'))
    return LabelMapImages(Path('list'), Path('i'), Path('m'), images, maps)


def chosen(**splits: str) -> dict[str, str]:
    found = {name: part(names) for name, names in splits.items()}
    return {
        name: ''.join(Path(i).stem for i in p.images)
        for name, p in choose_splits(found, Findings()).items()
    }


@pytest.mark.parametrize(
    ('found', 'expected'),
    [
        (dict(train='abc', val='de'), dict(train='abc', val='de')),
        (dict(train='abc', val='d', test='e'), dict(train='abc', val='d', test='e')),
        (dict(train='abc', test='de'), dict(train='abc', val='de')),
        (dict(trainval='abcd', val='d'), dict(train='abc', val='d')),
        (dict(all='abcdefghij'), dict(train='abcdfghi', val='ej')),
        (dict(all='ab'), dict(train='a', val='b')),
        (dict(all='abcd', val='d'), dict(train='abc', val='d')),
        (dict(all='abcd', test='d'), dict(train='abc', val='d')),
        (dict(train='abc', val='d', test=''), dict(train='abc', val='d')),
    ],
)
def test_one_rule_for_all_layouts(found, expected):
    assert chosen(**found) == expected


@pytest.mark.parametrize(
    ('found', 'message'),
    [
        (dict(train='', val=''), 'there are no label maps to train on: none in list, list'),
        (dict(train='', val='a'), r'list has no label maps to train on: .* other splits \(val\)'),
        (dict(all='a'), 'lists one image'),
        (dict(val='abcde'), r"images to train on, since 'val' is only to"),
        (dict(val='a', test='b'), r"since 'val' and 'test' is only .* call it train"),
        (dict(trainval='ab', val='ab'), 'not in val or test'),
    ],
)
def test_what_cannot_be_trained_on_is_refused(found, message):
    with pytest.raises(UserError, match=message):
        chosen(**found)


def test_images_of_two_splits_and_splits_without_labels_are_said():
    findings = Findings()
    choose_splits({'train': part('ab'), 'val': part('bc'), 'test': part('')}, findings)
    assert [(f.count, f.examples) for f in findings] == [(0, ()), (1, ('b.jpg',))]
    assert "'test'" in findings[0].name
    assert 'both in train and in val' in findings[1].name


@pytest.mark.parametrize(
    ('found', 'expected', 'said'),
    [
        (dict(test='abcdefghij'), 'abcdefghij', 0),
        (dict(train='abc', val='de'), 'de', 0),
        (dict(train='abc', val='d', test='ef'), 'ef', 0),
        (dict(train='', test='ab'), 'ab', 1),
        (dict(all='abcdef'), 'abcdef', 1),
        (dict(train='abc'), 'abc', 1),
    ],
)
def test_testing_holds_nothing_out(found, expected, said):
    splits = {name: part(names) for name, names in found.items()}
    findings = Findings()
    parts = choose_splits(splits, findings, training=False)
    assert {name: ''.join(Path(i).stem for i in p.images) for name, p in parts.items()} == {
        'test': expected
    }
    assert len(findings) == said


def test_a_check_goes_on_with_a_folder_that_can_only_be_tested_on():
    findings = Findings(stop=False)
    assert list(choose_splits({'val': part('ab')}, findings)) == ['test']
    assert "since 'val' is only" in findings[0].name


@pytest.mark.parametrize(
    ('found', 'said'),
    [
        (dict(train='ab', val='c', all='cde'), "of no split, not used beside the split 'train': 2"),
        (dict(train='ab', trainval='abcd', val='c'), "of the split 'trainval', not used .*: 1"),
        (dict(train='ab', trainval='abc', val='c'), None),
        (dict(trainval='abc', all='bcd', val='c'), "of no split, .* the split 'trainval': 1"),
    ],
)
def test_labelled_images_beside_the_split_that_is_trained_on_are_said(found, said):
    findings = Findings()
    choose_splits({name: part(names) for name, names in found.items()}, findings)
    assert len(findings) == (said is not None)
    assert said is None or re.search(said, str(findings[0]))
