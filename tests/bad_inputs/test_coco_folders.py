"""Folders in COCO layout whose annotations are wrong, checked, trained on and scored."""

import json
import os
import shutil

import cv2
import numpy as np
import pytest
from folders import coco_content

from res2net_mm.data.checks.check_data import check_data

CONFIG = """
val_cfg, val_evaluator = dict(type='ValLoop'), dict(type='CocoMetric')
model = dict(type='mmdet.RetinaNet', bbox_head=dict(num_classes=2))
train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(type='CocoDataset'))
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(max_epochs=1)
"""
NAN, INF = float('nan'), float('inf')
BIG = 10**400  # whole numbers in JSON have no limit


def at(*path, value=None, drop=False):
    """A change of what stands at a place; the whole stands in a list."""
    path = (0, *path)

    def change(content):
        for key in path[:-1]:
            content = content[key]
        if drop:
            del content[path[-1]]
        else:
            content[path[-1]] = value

    return change


def everywhere(name, key, value):
    def change(content):
        for entry in content[0][name]:
            entry[key] = value

    return change


# How the training annotations are changed; words of the message.
CONTENT = {
    'a list': (at(value=[]), 'COCO layout'),
    'null': (at(value=None), 'COCO layout'),
    'a number': (at(value=3), 'COCO layout'),
    'a text': (at(value='images'), 'COCO layout'),
    'an empty object': (at(value={}), 'COCO layout'),
    'no images': (at('images', drop=True), 'COCO layout'),
    'no annotations': (at('annotations', drop=True), 'annotations'),
    'no categories': (at('categories', drop=True), 'categories'),
    'images an object': (at('images', value={}), ''),
    'images null': (at('images', value=None), ''),
    'annotations a text': (at('annotations', value='none'), 'annotations'),
    'categories numbers': (at('categories', value=[1, 2]), 'categories[0]'),
    'images empty': (at('images', value=[]), 'lists no images'),
    'annotations empty': (at('annotations', value=[]), 'boxes'),
    'categories empty': (at('categories', value=[]), 'categor'),
    'image a number': (at('images', 0, value=7), 'images[0]'),
    'image a list': (at('images', 0, value=[]), 'images[0]'),
    'image null': (at('images', 0, value=None), 'images[0]'),
    'annotation a text': (at('annotations', 0, value='box'), 'annotations[0]'),
    'category null': (at('categories', 0, value=None), 'categories[0]'),
    'image without id': (at('images', 0, 'id', drop=True), 'train_0.jpg'),
    'image id a fraction': (at('images', 0, 'id', value=1.5), '1.5'),
    'image id a list': (at('images', 0, 'id', value=[1]), 'images[0]'),
    'image id an object': (at('images', 0, 'id', value={}), 'images[0]'),
    'image id true': (at('images', 0, 'id', value=True), 'id'),
    'image id NaN': (at('images', 0, 'id', value=NAN), 'id'),
    'image id twice': (at('images', 1, 'id', value=1), '1'),
    'image ids as texts': (everywhere('images', 'id', '1'), "'1'"),
    'image without name': (at('images', 0, 'file_name', drop=True), 'file_name'),
    'name empty': (at('images', 0, 'file_name', value=''), 'file_name'),
    'name a number': (at('images', 0, 'file_name', value=12), 'file_name'),
    'name a list': (at('images', 0, 'file_name', value=['a.jpg']), 'file_name'),
    'name twice': (at('images', 1, 'file_name', value='train_0.jpg'), 'train_0.jpg'),
    'name not there': (at('images', 0, 'file_name', value='gone.jpg'), 'gone.jpg'),
    'name leads out': (at('images', 0, 'file_name', value='../secret.jpg'), '../secret.jpg'),
    'name leads out later': (at('images', 0, 'file_name', value='a/../../b.jpg'), 'a/../../b.jpg'),
    'name absolute': (at('images', 0, 'file_name', value='/etc/passwd'), '/etc/passwd'),
    'name of Windows': (at('images', 0, 'file_name', value='..\\secret.jpg'), 'secret.jpg'),
    'name of a drive': (at('images', 0, 'file_name', value='C:\\a.jpg'), 'C:'),
    'name a URL': (at('images', 0, 'file_name', value='http://a/b.jpg'), 'b.jpg'),
    'name with a zero': (at('images', 0, 'file_name', value='a\0.jpg'), 'a'),
    'name too long': (at('images', 0, 'file_name', value='a' * 5000), 'aaaa'),
    'name of a folder': (at('images', 0, 'file_name', value='.'), ''),
    'name half a letter': (at('images', 0, 'file_name', value='\ud800.jpg'), ''),
    'all names gone': (everywhere('images', 'file_name', 'gone.jpg'), 'gone.jpg'),
    'annotation without image': (at('annotations', 0, 'image_id', drop=True), 'image'),
    'image of annotation unknown': (at('annotations', 0, 'image_id', value=99), '99'),
    'image of annotation a text': (at('annotations', 0, 'image_id', value='one'), 'image'),
    'image of annotation a list': (at('annotations', 0, 'image_id', value=[1]), 'annotations[0]'),
    'annotation without category': (at('annotations', 0, 'category_id', drop=True), 'category'),
    'category of annotation unknown': (at('annotations', 0, 'category_id', value=9), '9'),
    'category of annotation a text': (at('annotations', 0, 'category_id', value='a'), "'a'"),
    'category of annotation an object': (
        at('annotations', 0, 'category_id', value={}),
        'annotations[0]',
    ),
    'category without name': (at('categories', 0, 'name', drop=True), 'name'),
    'category name a number': (at('categories', 0, 'name', value=5), 'name'),
    'category name twice': (at('categories', 0, 'name', value='dog'), 'dog'),
    'category without id': (at('categories', 0, 'id', drop=True), 'cat'),
    'category id a text': (at('categories', 0, 'id', value='one'), 'cat'),
    'category id true': (at('categories', 0, 'id', value=True), 'cat'),
    'category id twice': (at('categories', 0, 'id', value=2), '2'),
    'category id NaN': (at('categories', 0, 'id', value=NAN), 'cat'),
    'no box': (at('annotations', 0, 'bbox', drop=True), 'four numbers'),
    'box null': (at('annotations', 0, 'bbox', value=None), 'four numbers'),
    'box empty': (at('annotations', 0, 'bbox', value=[]), 'four numbers'),
    'box of three': (at('annotations', 0, 'bbox', value=[1, 2, 3]), 'four numbers'),
    'box of five': (at('annotations', 0, 'bbox', value=[1, 2, 3, 4, 5]), 'four numbers'),
    'box of texts': (at('annotations', 0, 'bbox', value=['1', '2', '3', 'x']), 'four numbers'),
    'box with a text': (at('annotations', 0, 'bbox', value=[1, 2, 'wide', 4]), 'four numbers'),
    'box with null': (at('annotations', 0, 'bbox', value=[1, 2, None, 4]), 'four numbers'),
    'box with NaN': (at('annotations', 0, 'bbox', value=[1, 2, NAN, 4]), 'four numbers'),
    'box infinite': (at('annotations', 0, 'bbox', value=[1, 2, INF, 4]), 'four numbers'),
    'box beyond floats': (at('annotations', 0, 'bbox', value=[1, 2, BIG, 4]), 'four numbers'),
    'box an object': (at('annotations', 0, 'bbox', value={'x': 1}), 'four numbers'),
    'box a text': (at('annotations', 0, 'bbox', value='1,2,3,4'), 'four numbers'),
    'box of lists': (at('annotations', 0, 'bbox', value=[[1], [2], [3], [4]]), 'four numbers'),
    'box of booleans': (at('annotations', 0, 'bbox', value=[True] * 4), 'four numbers'),
    'box without width': (at('annotations', 0, 'bbox', value=[1, 2, 0, 4]), 'width or height'),
    'box of negative size': (at('annotations', 0, 'bbox', value=[9, 9, -5, -5]), 'width or height'),
    'box outside': (at('annotations', 0, 'bbox', value=[500, 500, 9, 9]), 'outside'),
    'box reaching out': (at('annotations', 0, 'bbox', value=[70, 50, 30, 30]), 'reach out'),
    'box in corners': (at('annotations', 0, 'bbox', value=[60, 40, 79, 59]), 'reach out'),
    'box relative': (at('annotations', 0, 'bbox', value=[0.1, 0.1, 0.2, 0.2]), 'pixel'),
    'boxes all unusable': (everywhere('annotations', 'bbox', [0, 0, 0, 0]), 'boxes'),
    'width a text': (at('images', 0, 'width', value='80'), 'height and width'),
    'width null': (at('images', 0, 'width', value=None), 'height and width'),
    'width negative': (at('images', 0, 'width', value=-80), 'height and width'),
    'width NaN': (at('images', 0, 'width', value=NAN), 'height and width'),
    'width wrong': (at('images', 0, 'width', value=81), 'another size'),
    'width huge': (at('images', 0, 'width', value=BIG), 'height and width'),
    'area negative': (at('annotations', 0, 'area', value=-5), 'area'),
    'area a text': (at('annotations', 0, 'area', value='big'), 'area'),
    'area NaN': (at('annotations', 0, 'area', value=NAN), 'area'),
    'area missing': (at('annotations', 0, 'area', drop=True), 'area'),
    'annotation id twice': (at('annotations', 0, 'id', value=2), 'id'),
    'annotation id a text': (at('annotations', 0, 'id', value='1'), 'id'),
    'annotation id a list': (at('annotations', 0, 'id', value=[1]), 'annotations[0]'),
    'annotation id missing': (at('annotations', 0, 'id', drop=True), 'id'),
    'mask a text': (at('annotations', 0, 'segmentation', value='mask'), 'mask'),
    'mask a number': (at('annotations', 0, 'segmentation', value=5), 'mask'),
    'mask of two points': (at('annotations', 0, 'segmentation', value=[[1, 1, 9, 9]]), 'mask'),
    'mask of odd numbers': (
        at('annotations', 0, 'segmentation', value=[[1, 1, 9, 9, 1, 9, 3]]),
        'mask',
    ),
    'mask with a text': (
        at('annotations', 0, 'segmentation', value=[[1, 1, 9, 9, 1, 'a']]),
        'mask',
    ),
    'mask with NaN': (
        at('annotations', 0, 'segmentation', value=[[1, 1, 9, 9, 1, NAN]]),
        'mask',
    ),
    'mask beyond floats': (
        at('annotations', 0, 'segmentation', value=[[1, 1, 9, 9, 1, BIG]]),
        'mask',
    ),
    'mask far out': (
        at('annotations', 0, 'segmentation', value=[[0, 0, 1e11, 0, 1e11, 1e11]]),
        'mask',
    ),
    'runs of another size': (
        at('annotations', 0, 'segmentation', value={'size': [5, 5], 'counts': [25]}),
        'mask',
    ),
    'runs that do not add up': (
        at('annotations', 0, 'segmentation', value={'size': [60, 80], 'counts': [5]}),
        'mask',
    ),
    'runs negative': (
        at('annotations', 0, 'segmentation', value={'size': [60, 80], 'counts': [-1, 4801]}),
        'mask',
    ),
    'runs compressed and wrong': (
        at('annotations', 0, 'segmentation', value={'size': [60, 80], 'counts': 'zzzzz\u00fc'}),
        'mask',
    ),
    'runs compressed and cut short': (
        at('annotations', 0, 'segmentation', value={'size': [60, 80], 'counts': 'd'}),
        'mask',
    ),
    'runs without size': (at('annotations', 0, 'segmentation', value={'counts': [4800]}), 'mask'),
    'masks deep in lists': (at('annotations', 0, 'segmentation', value=[[[[1]]]]), 'mask'),
}
# What the training annotations hold, byte for byte.
GOOD = json.dumps(coco_content([f'train_{i}.jpg' for i in range(3)]))
BYTES = {
    'empty': (b'', 'JSON'),
    'cut short': (GOOD[:-20].encode(), 'JSON'),
    'two after each other': (GOOD.encode() * 2, 'JSON'),
    'byte order mark, UTF-16': (GOOD.encode('utf-16'), 'utf-8'),
    'latin-1': (GOOD.replace('cat', 'Stra\u00dfe').encode('latin-1'), 'utf-8'),
    'zeros': (bytes(1000), 'JSON'),
    'a page': (b'<html></html>', 'JSON'),
    'git-lfs pointer': (b'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', 'JSON'),
    'a pickle': (b'\x80\x04]\x94.', 'pickle'),
    'single quotes': (GOOD.replace('"', "'").encode(), 'JSON'),
    'trailing comma': (GOOD.replace(']}', '],}').encode(), 'JSON'),
    'lists in lists': (b'[' * 100_000, 'JSON'),
    'objects in objects': (b'{"a":' * 100_000, 'JSON'),
    'a number of a million digits': (b'[' + b'1' * 10**6 + b']', 'JSON'),
}
# Findings that mend themselves are told, and training goes on; only check_data has a status then.
MENDED = (
    'box', 'no box', 'width', 'area', 'annotation id', 'mask', 'runs', 'image of annotation',
    'annotation without image', 'masks',
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for split in ('train', 'val'):
        names = [f'{split}_{i}.jpg' for i in range(3)]
        for name in names:
            draw(tmp_path / 'data' / split / name)
        (tmp_path / 'data/annotations').mkdir(exist_ok=True)
        file = tmp_path / f'data/annotations/instances_{split}.json'
        file.write_text(json.dumps(coco_content(names)))
    (tmp_path / 'config.py').write_text(CONFIG)
    return tmp_path / 'data'


def draw(path):
    """An image like no other: those in two splits would be a fault of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(list(path.name.encode()))
    cv2.imwrite(str(path), random.integers(0, 255, (60, 80, 3), np.uint8))


def spoil(folder, change):
    file = folder / 'annotations/instances_train.json'
    content = [json.loads(file.read_text())]  # so that all of it can be replaced, too
    change(content)
    file.write_text(json.dumps(content[0]))


@pytest.fixture
def no_picture(monkeypatch):
    """The picture of sizes, most of the time that a check takes, is not drawn."""
    monkeypatch.setattr('res2net_mm.data.checks.check_data.draw_boxes', lambda *_: 'no picture')


@pytest.mark.usefixtures('no_picture')
@pytest.mark.parametrize('what', CONTENT)
def test_annotations_that_are_wrong_are_found(what, folder, refused):
    change, says = CONTENT[what]
    spoil(folder, change)
    refused('check_data', 'data', says=says)


@pytest.mark.parametrize('what', [what for what in CONTENT if not what.startswith(MENDED)])
def test_no_training_begins_on_them(what, folder, refused):
    change, says = CONTENT[what]
    spoil(folder, change)
    refused('train', 'config.py', '--data', 'data', says=says)


@pytest.mark.parametrize('tool', ['check_data', 'train', 'eval_by_size'])
@pytest.mark.parametrize('what', BYTES)
def test_a_file_that_is_no_json(what, tool, folder, refused):
    content, says = BYTES[what]
    file = folder / 'annotations/instances_train.json'
    file.write_bytes(content)
    arguments = {
        'check_data': ('data',),
        'train': ('config.py', '--data', 'data'),
        'eval_by_size': ('--gt', file, '--dt', file),
    }
    refused(tool, *arguments[tool], says=('instances_train.json', says))


# How the folder is changed; words of the message.
FOLDERS = {
    'not there': (lambda root: os.rename(root, root.with_name('moved')), 'is not a folder'),
    'a file': (
        lambda root: (os.rename(root, root.with_name('moved')), root.write_text('x')),
        'is not a folder',
    ),
    'nothing in it': (
        lambda root: (os.rename(root, root.with_name('moved')), root.mkdir()),
        'nothing',
    ),
    'annotations a folder': (
        lambda root: (
            (root / 'annotations/instances_train.json').unlink(),
            (root / 'annotations/instances_train.json').mkdir(),
        ),
        'instances_train.json',
    ),
    'annotations a link to nothing': (
        lambda root: (
            (root / 'annotations/instances_train.json').unlink(),
            (root / 'annotations/instances_train.json').symlink_to('gone'),
        ),
        'instances_train.json',
    ),
    'images gone': (lambda root: os.rename(root / 'train', root.parent / 'away'), 'train_0.jpg'),
    'two files for a split': (
        lambda root: (root / 'annotations/instances_training.json').write_text(GOOD),
        'annotation files',
    ),
    'one image a folder': (
        lambda root: ((root / 'train/train_0.jpg').unlink(), (root / 'train/train_0.jpg').mkdir()),
        'train_0.jpg',
    ),
    'one image a link to nothing': (
        lambda root: (
            (root / 'train/train_0.jpg').unlink(),
            (root / 'train/train_0.jpg').symlink_to('gone'),
        ),
        'train_0.jpg',
    ),
    'YOLO': (
        lambda root: (
            shutil.rmtree(root / 'annotations'),
            (root / 'data.yaml').write_text('names: [a]'),
        ),
        'YOLO',
    ),
}


@pytest.mark.parametrize('tool', ['check_data', 'train'])
@pytest.mark.parametrize('what', FOLDERS)
def test_a_folder_that_is_wrong(what, tool, folder, refused):
    change, says = FOLDERS[what]
    change(folder)
    arguments = {'check_data': ('data',), 'train': ('config.py', '--data', 'data')}
    refused(tool, *arguments[tool], says=says)


def test_the_folder_itself_is_right(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check_data('data').clean
