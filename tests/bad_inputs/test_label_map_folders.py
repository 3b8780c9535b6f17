"""Folders of images and label maps that are wrong, checked, trained on and scored."""

import shutil
import zlib

import cv2
import numpy as np
import pytest
from folders import write_image
from mask_folders import write_mask
from quick import first_quick

from res2net_mm.data.checks.check_data import check_data

CONFIG = """
model = dict(type='EncoderDecoder', decode_head=dict(type='FCNHead', num_classes=3))
val_cfg, val_evaluator = dict(type='ValLoop'), dict(type='IoUMetric')
test_cfg, test_evaluator = dict(type='TestLoop'), dict(type='IoUMetric')
dataset = dict(type='BaseSegDataset')
train_dataloader = val_dataloader = test_dataloader = dict(dataset=dataset)
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(max_epochs=1)
"""


def png(width: int, height: int, data: bytes = b'', bits: int = 8) -> bytes:
    """A PNG file that says it has this size, whatever it holds."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content).to_bytes(4, 'big')
        return len(content).to_bytes(4, 'big') + kind + content + crc

    size = width.to_bytes(4, 'big') + height.to_bytes(4, 'big')
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', size + bytes([bits, 0, 0, 0, 0]))
        + chunk(b'IDAT', data or zlib.compress(bytes(1000)))
        + chunk(b'IEND', b'')
    )


def encoded(array, suffix='.png') -> bytes:
    return cv2.imencode(suffix, array)[1].tobytes()


PHOTOGRAPH = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
GOOD = encoded(np.tile(np.arange(80, dtype=np.uint8) % 3, (60, 1)))
# One mask; words of the message.
MASKS = {
    'empty': (b'', 'train_0.png'),
    'cut short': (GOOD[:-40], 'train_0.png'),
    'a page': (b'<html></html>', 'train_0.png'),
    'text': (b'0 1 2', 'train_0.png'),
    'a byte changed': (GOOD[:-30] + b'xx' + GOOD[-28:], 'train_0.png'),
    'without size': (png(0, 0), 'train_0.png'),
    'far too large': (png(200_000, 200_000), 'train_0.png'),
    'larger than it holds': (png(80, 60), 'train_0.png'),
    'colours': (encoded(np.full((60, 80, 3), (0, 9, 200), np.uint8)), 'colour'),
    'colours and alpha': (encoded(np.full((60, 80, 4), (0, 9, 200, 1), np.uint8)), 'colour'),
    'a photograph': (encoded(PHOTOGRAPH), 'colours: it is a photograph'),
    'a JPEG': (encoded(PHOTOGRAPH, '.jpg'), 'lossy JPEG'),
    'of another size': (encoded(np.zeros((61, 80), np.uint8)), 'as large as'),
    'turned': (encoded(np.zeros((80, 60), np.uint8)), 'as large as'),
    'label above 255': (encoded(np.full((60, 80), 256, np.uint16)), '256'),
    'labels that are no classes': (
        encoded(np.tile(np.arange(80, dtype=np.uint8) % 2 + 7, (60, 1))),
        'label 7',
    ),
}
ARGUMENTS = {
    'check_data': ('data',),
    'train': ('config.py', '--data', 'data'),
    'eval_by_size': ('--gt', 'data/annotations/train', '--dt', 'predicted'),
    'compare_by_size': ('predicted', 'copy', '--gt', 'data/annotations/train', '-o', 'r.html'),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr('res2net_mm.data.checks.check_data.draw_shares', lambda *_: 'no picture')
    (tmp_path / 'config.py').write_text(CONFIG)
    root = tmp_path / 'data'
    for split in ('train', 'val'):
        for i in range(3):
            name = f'{split}/{split}_{i}.png'
            (root / 'images' / split).mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng([i, len(split)]).integers(0, 255, (60, 80, 3), np.uint8)
            cv2.imwrite(str(root / 'images' / name), pixels)
            write_mask(root / 'annotations' / name, (0, 1, 2))
    (root / 'classes.txt').write_text('sky\nroad\ncar\n')
    for copy in ('predicted', 'copy'):
        shutil.copytree(root / 'annotations/train', tmp_path / copy)
    return root


def test_the_folder_itself_is_right(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check_data('data').clean


@pytest.mark.parametrize('tool', ['check_data', 'train', 'eval_by_size'])
@pytest.mark.parametrize('what', MASKS)
def test_a_mask_that_is_wrong(what, tool, folder, refused):
    content, says = MASKS[what]
    (folder / 'annotations/train/train_0.png').write_bytes(content)
    if tool == 'eval_by_size' and says == 'as large as':
        says = 'another size'
    refused(tool, *ARGUMENTS[tool], says=says)


@pytest.mark.parametrize('tool', first_quick(['eval_by_size', 'compare_by_size']))
@pytest.mark.parametrize('what', MASKS)
def test_a_prediction_that_is_wrong(what, tool, folder, refused):
    content, says = MASKS[what]
    (folder.parent / 'predicted/train_0.png').write_bytes(content)
    says = 'another size' if says == 'as large as' else says
    refused(tool, *ARGUMENTS[tool], says=says)


def written(name, content):
    def change(root):
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def replaced(name, by):
    def change(root):
        path = root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        if by == 'folder':
            path.mkdir()
        elif by == 'link':
            path.symlink_to('gone')
        elif by == 'jpg':
            write_image(path.with_suffix('.jpg'))

    return change


def many(count):
    return '\n'.join(f'class {i}' for i in range(count))


# How the folder is changed; words of the message.
FOLDERS = {
    'no masks': (replaced('annotations', None), 'images/'),
    'masks empty': (replaced('annotations/train', 'folder'), 'annotations'),
    'no images': (replaced('images', None), 'label maps'),
    'images empty': (replaced('images/train', 'folder'), 'train'),
    'a mask missing': (replaced('annotations/train/train_0.png', None), 'train_0'),
    'a mask a folder': (replaced('annotations/train/train_0.png', 'folder'), 'train_0'),
    'a mask a link to nothing': (replaced('annotations/train/train_0.png', 'link'), 'train_0'),
    'an image a folder': (replaced('images/train/train_0.png', 'folder'), 'train_0'),
    'an image a link to nothing': (replaced('images/train/train_0.png', 'link'), 'train_0'),
    'an image empty': (written('images/train/train_0.png', b''), 'train_0'),
    'an image of text': (written('images/train/train_0.png', b'x' * 99), 'train_0'),
    'an image far too large': (written('images/train/train_0.png', png(10**6, 10**6)), 'train_0'),
    'class twice': (written('classes.txt', 'sky\nroad\nsky\n'), 'sky'),
    'no class': (written('classes.txt', '\n\n'), 'classes.txt'),
    'one class': (written('classes.txt', 'sky\n'), 'classes.txt'),
    'classes in UTF-16': (written('classes.txt', 'sky\nroad\ncar\n'.encode('utf-16')), 'classes'),
    'classes of zeros': (written('classes.txt', bytes(20)), 'classes'),
    'classes beyond 255': (written('classes.txt', many(300)), '300'),
}


@pytest.mark.parametrize('tool', ['check_data', 'train'])
@pytest.mark.parametrize('what', FOLDERS)
def test_a_folder_that_is_wrong(what, tool, folder, refused):
    if tool == 'train' and what == 'a mask missing':
        pytest.skip('said before training begins, and left out')
    change, says = FOLDERS[what]
    change(folder)
    refused(tool, *ARGUMENTS[tool], says=says)


# What is appended to a command line; words of the message.
OPTIONS = {
    'ignored label above 255': (('--ignore-index', 256), '256'),
    'ignored label negative': (('--ignore-index', -1), '-1'),
    'ignored label a class': (('--ignore-index', 1), '1'),
    'ignored label a text': (('--ignore-index', 'sky'), 'ignore-index'),
    'classes too few': (('--classes', 'sky'), 'label'),
    'classes twice': (('--classes', 'sky', 'sky', 'car'), 'sky'),
    'class without a name': (('--classes', 'sky', '', 'car'), 'name'),
}


@pytest.mark.parametrize('tool', ['check_data', 'train', 'eval_by_size', 'compare_by_size'])
@pytest.mark.parametrize('what', OPTIONS)
def test_options_that_are_wrong(what, tool, folder, refused):
    options, says = OPTIONS[what]
    refused(tool, *ARGUMENTS[tool], *options, says=says)


def voc_list(text):
    def change(root):
        lists = root / 'ImageSets/Segmentation'
        lists.mkdir(parents=True)
        (lists / 'train.txt').write_bytes(text if isinstance(text, bytes) else text.encode())
        (lists / 'val.txt').write_text('val_0\n')

    return change


# ImageSets/Segmentation/train.txt; words of the message.
LISTS = {
    'leads out': ('../secret\n', '../secret'),
    'absolute': ('/etc/passwd\n', '/etc/passwd'),
    'names that are not there': ('x\ny\n', 'x'),
    'zeros': (bytes(30), 'train.txt'),
}


@pytest.mark.parametrize('what', LISTS)
def test_a_list_that_is_wrong(what, folder, refused):
    text, says = LISTS[what]
    voc_list(text)(folder)
    for kind, home in (('images', 'JPEGImages'), ('annotations', 'SegmentationClass')):
        (folder / home).mkdir()
        for file in (folder / kind).rglob('*.png'):
            file.rename(folder / home / file.name)
    refused('check_data', 'data', says=says)
