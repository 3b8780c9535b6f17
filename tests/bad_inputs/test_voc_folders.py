"""Folders in VOC layout that are wrong, checked, trained on and scored."""

import shutil

import cv2
import numpy as np
import pytest
from folders import voc_xml, write_voc

from res2net_mm.data.checks.check_data import check_data

CONFIG = """
model = dict(type='mmdet.RetinaNet', bbox_head=dict(num_classes=2))
train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(type='CocoDataset'))
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(max_epochs=1)
"""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">'
    + ''.join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    + ']><annotation><object><name>&l9;</name></object></annotation>'
)
READS_A_FILE = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<annotation><object><name>&x;</name></object></annotation>'
)


def one(*box) -> str:
    return voc_xml([('dog', *box)])


# The XML file of the first image; words of the message.
XMLS = {
    'empty': ('', 'a.xml'),
    'cut short': (one(1, 1, 9, 9)[:-30], 'a.xml'),
    'not XML': ('dog 1 1 9 9', 'a.xml'),
    'JSON': ('{"a": 1}', 'a.xml'),
    'HTML': ('<html><br></html>', 'a.xml'),
    'two roots': (one(1, 1, 9, 9) * 2, 'a.xml'),
    'entities in entities': (LAUGHS, 'declares entities'),
    'entity of a file': (READS_A_FILE, 'declares entities'),
    'unknown entity': ('<annotation>&nbsp;</annotation>', 'a.xml'),
    'unknown encoding': ('<?xml version="1.0" encoding="klingon"?><annotation/>', 'a.xml'),
    'a wrong encoding': (
        '<?xml version="1.0" encoding="utf-8"?><a>\u00fc</a>'.encode('latin-1'),
        'a.xml',
    ),
    'UTF-16 said to be UTF-8': (
        '<?xml version="1.0" encoding="utf-8"?><a/>'.encode('utf-16-be'),
        'a.xml',
    ),
    'zeros': (bytes(99), 'a.xml'),
    'deep': ('<a>' * 200_000, 'a.xml'),
    'object without name': (one(1, 1, 9, 9).replace('<name>dog</name>', ''), 'no <name>'),
    'object with an empty name': (one(1, 1, 9, 9).replace('dog', ' '), 'no <name>'),
    'no box': (one(1, 1, 9, 9).replace('bndbox', 'box'), 'four numbers'),
    'edge missing': (one(1, 1, 9), 'four numbers'),
    'edge a text': (one(1, 1, 'nine', 9), 'four numbers'),
    'edge NaN': (one(1, 1, 'nan', 9), 'four numbers'),
    'edge infinite': (one(1, 1, 'inf', 9), 'four numbers'),
    'edge huge': (one(1, 1, '1e999', 9), 'four numbers'),
    'edge with a comma': (one('1,5', 1, 9, 9), 'four numbers'),
    'edge empty': (one('', 1, 9, 9), 'four numbers'),
    'corners swapped': (one(50, 50, 9, 9), 'width or height'),
    'a click': (one(9, 9, 9, 9), 'width or height'),
    'outside': (one(500, 500, 510, 510), 'outside'),
    'reaching out': (one(70, 50, 99, 99), 'reach out'),
    'negative': (one(-20, 1, 9, 9), 'reach out'),
    'size of another image': (voc_xml([('dog', 1, 1, 9, 9)], (81, 60)), 'another size'),
    'size huge': (voc_xml([('dog', 1, 1, 9, 9)], (10**9, 10**9)), 'another size'),
    'nothing in it': ('<annotation/>', 'without boxes'),
}


def laid_out(root):
    home = write_voc(
        root,
        {name: one(11, 11, 30, 30) for name in 'abcd'},
        {'train': ['a', 'b'], 'val': ['c', 'd']},
    )
    for i, file in enumerate(sorted((home / 'JPEGImages').iterdir())):
        cv2.imwrite(str(file), np.random.default_rng(i).integers(0, 255, (60, 80, 3), np.uint8))
    return home


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr('res2net_mm.data.checks.check_data.draw_boxes', lambda *_: 'no picture')
    (tmp_path / 'config.py').write_text(CONFIG)
    (tmp_path / 'dt.json').write_text('[]')
    return laid_out(tmp_path / 'data')


ARGUMENTS = {
    'check_data': ('data',),
    'train': ('config.py', '--data', 'data'),
    'eval_by_size': ('--gt', 'data', '--dt', 'dt.json', '--split', 'train'),
}


def test_the_folder_itself_is_right(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check_data('data').clean


@pytest.mark.parametrize('what', XMLS)
def test_an_xml_file_that_is_wrong(what, folder, refused):
    content, says = XMLS[what]
    content = content if isinstance(content, bytes) else content.encode()
    (folder / 'Annotations/a.xml').write_bytes(content)
    refused('check_data', 'data', says=says)


@pytest.mark.parametrize('tool', ['train', 'eval_by_size'])
@pytest.mark.parametrize(
    'what', [what for what, (_, says) in XMLS.items() if says in ('a.xml', 'declares entities')]
)
def test_nothing_begins_with_one_that_cannot_be_read(what, tool, folder, refused):
    content, says = XMLS[what]
    content = content if isinstance(content, bytes) else content.encode()
    (folder / 'Annotations/a.xml').write_bytes(content)
    refused(tool, *ARGUMENTS[tool], says=says)


def listed(text):
    def change(root):
        content = text if isinstance(text, bytes) else text.encode()
        (root / 'ImageSets/Main/train.txt').write_bytes(content)

    return change


def second_home(root):
    shutil.copytree(root, root / 'VOC2012')
    for file in (root / 'VOC2012/Annotations').iterdir():
        file.write_text(one(1, 1, 9, 9))


def removed(name):
    def change(root):
        (root.parent / 'elsewhere').mkdir()
        (root / name).rename(root.parent / 'elsewhere/a')

    return change


def replaced(name, by):
    def change(root):
        (root / name).unlink()
        if by == 'folder':
            (root / name).mkdir()
        elif by == 'link out':
            secret = root.parent / 'secret'
            secret.write_text('secret')
            (root / name).symlink_to(secret)
        else:
            (root / name).symlink_to('gone')

    return change


# How the folder is changed; words of the message.
FOLDERS = {
    'list of absolute names': (listed('/etc/passwd\n'), '/etc/passwd'),
    'list of names that are not there': (listed('x\ny\n'), 'x'),
    'list empty': (listed(''), 'train'),
    'list in UTF-16': (listed('a\nb\n'.encode('utf-16')), 'train.txt'),
    'list of zeros': (listed(bytes(50)), 'train.txt'),
    'no XML files': (removed('Annotations'), 'VOC layout'),
    'no images': (removed('JPEGImages'), 'a.xml'),
    'image missing': (removed('JPEGImages/a.jpg'), 'a.xml'),
    'image a folder': (replaced('JPEGImages/a.jpg', 'folder'), 'a.xml'),
    'image a link to nothing': (replaced('JPEGImages/a.jpg', 'link'), 'a.xml'),
    'XML a folder': (replaced('Annotations/a.xml', 'folder'), 'a.xml'),
    'XML a link to nothing': (replaced('Annotations/a.xml', 'link'), 'a.xml'),
    'XML a link to something else': (replaced('Annotations/a.xml', 'link out'), 'a.xml'),
    'two of them': (second_home, '2 folders'),
}


@pytest.mark.parametrize('tool', ['check_data', 'train'])
@pytest.mark.parametrize('what', FOLDERS)
def test_a_folder_that_is_wrong(what, tool, folder, refused):
    change, says = FOLDERS[what]
    change(folder)
    refused(tool, *ARGUMENTS[tool], says=says)


# A line of comp4_det_train_dog.txt; words of the message.
LINES = {
    'too few numbers': ('a 0.9 1 1 9', 'a 0.9 1 1 9'),
    'a text': ('a 0.9 1 1 nine 9', 'nine'),
    'no image': ('0.9 1 1 9 9', '0.9 1 1 9 9'),
    'an image that is not there': ('x 0.9 1 1 9 9', 'image'),
    'score NaN': ('a nan 1 1 9 9', 'score'),
    'score infinite': ('a inf 1 1 9 9', 'score'),
    'edge NaN': ('a 0.9 1 1 nan 9', 'four finite numbers'),
    'corners swapped': ('a 0.9 50 50 9 9', 'negative'),
    'outside': ('a 0.9 500 500 510 510', 'outside'),
    'JSON': ('[{"image_id": 1}]', 'image score'),
}


@pytest.mark.parametrize('what', LINES)
def test_detections_that_are_wrong(what, folder, refused):
    line, says = LINES[what]
    (folder.parent / 'dt').mkdir()
    (folder.parent / 'dt/comp4_det_train_dog.txt').write_text(f'{line}\n')
    refused('eval_by_size', '--gt', 'data', '--dt', 'dt', says=says)


# Files of detections; words of the message.
DETECTIONS = {
    'none': ({}, 'comp4_det'),
    'empty': ({'comp4_det_train_dog.txt': b''}, 'no detections'),
    'of another split': ({'comp4_det_test_dog.txt': b'a 0.9 1 1 9 9'}, "'test'"),
    'of another class': ({'comp4_det_train_cat.txt': b'a 0.9 1 1 9 9'}, 'category'),
    'not UTF-8': ({'comp4_det_train_dog.txt': b'\xff\xfea 0.9 1 1 9 9'}, 'comp4_det_train_dog'),
    'named otherwise': ({'dog.txt': b'a 0.9 1 1 9 9'}, 'comp4_det'),
}


@pytest.mark.parametrize('what', DETECTIONS)
def test_files_of_detections_that_are_wrong(what, folder, refused):
    files, says = DETECTIONS[what]
    (folder.parent / 'dt').mkdir()
    for name, content in files.items():
        (folder.parent / 'dt' / name).write_bytes(content)
    refused('eval_by_size', '--gt', 'data', '--dt', 'dt', says=says)
