import codecs
import json

import pytest
from folders import write_coco, write_image, write_json

from res2net_mm.data import recognise
from res2net_mm.errors import UserError


def test_what_is_no_folder_is_said(tmp_path):
    for name in ('absent', 'file'):
        (tmp_path / 'file').write_text('')
        with pytest.raises(UserError, match=f'{name} is not a folder'):
            recognise(tmp_path / name, tmp_path / 'out')


@pytest.mark.parametrize(
    ('files', 'hint'),
    [
        ([], 'In it: nothing'),
        (['pictures/a.jpg', 'notes.txt'], 'notes.txt, pictures/'),
        (['images/a.jpg', 'labels/a.txt'], 'YOLO'),
        (['data.yaml', 'train/images/a.jpg'], 'YOLO'),
        (['images/train/a.png', 'annotations/train/a.png'], 'label maps'),
        (['JPEGImages/a.jpg', 'SegmentationClass/a.png'], 'label maps'),
    ],
)
def test_neither_layout_gets_one_error(files, hint, tmp_path):
    for name in files:
        write_image(tmp_path / 'set/a.png')
        file = tmp_path / 'set' / name
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / 'set/a.png').rename(file)
    (tmp_path / 'set').mkdir(exist_ok=True)
    with pytest.raises(UserError, match=hint) as raised:
        recognise(tmp_path / 'set', tmp_path / 'out')
    for looked_for in ('instances_train2017.json', '_annotations.coco.json', 'Annotations/*.xml'):
        assert looked_for in str(raised.value)
    assert '\n' not in str(raised.value)


def test_summary(tmp_path):
    boxes = [(0, 0, 10, 10), (0, 0, 50, 50)]
    folder = recognise(write_coco(tmp_path / 'set', boxes=boxes), tmp_path / 'out')
    lines = folder.summary().splitlines()
    assert lines[0] == (
        'set: COCO layout, train 5 images, val 5, 20 boxes, 2 classes '
        '(cat, dog; from the categories in the JSON)'
    )
    assert lines[1].split()[:6] == ['split', 'images', 'boxes', 'small', 'medium', 'large']
    assert lines[2].split() == ['train', '5', '10', '5', '5', '0', '0', '0']
    assert '32^2..96^2' in lines[5]


def test_a_relative_path_is_made_absolute(tmp_path, monkeypatch):
    write_coco(tmp_path / 'set')
    monkeypatch.chdir(tmp_path)
    folder = recognise('set', 'out')
    assert folder.splits['train'].ann_file.is_absolute()
    assert folder.splits['train'].image_dir == tmp_path / 'set/train2017'


def test_a_file_with_a_byte_order_mark_is_copied_without_it(tmp_path):
    write_coco(tmp_path)
    file = tmp_path / 'annotations/instances_val2017.json'
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    folder = recognise(tmp_path, tmp_path / 'out')
    val = folder.splits['val'].ann_file
    assert val == tmp_path / 'out/instances_val.json'
    assert len(json.loads(val.read_text())['images']) == 5
    assert folder.splits['train'].ann_file == file.with_name('instances_train2017.json')
    assert folder.findings == ()


@pytest.mark.parametrize(
    ('entry', 'words'),
    [
        (dict(iscrowd=1), r"split 'train' that can be used, as all 5 are crowds \(iscrowd=1\)"),
        (dict(bbox=[1, 1, 0, 0]), r"split 'train' that can be used: 0\. Fix: mend those there are"),
    ],
)
def test_the_cause_is_named_where_no_box_can_be_used(entry, words, tmp_path):
    write_coco(tmp_path)
    file = tmp_path / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    content['annotations'] = [annotation | entry for annotation in content['annotations']]
    write_json(file, content)
    with pytest.raises(UserError, match=words):
        recognise(tmp_path, tmp_path / 'out')
