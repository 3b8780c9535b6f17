"""One broken folder for each fault: it is found, counted, named with its file and a fix."""

import json
import shutil

import numpy as np
import pytest
from folders import voc_xml, write_coco, write_json, write_voc
from mask_folders import write_mask, write_masked
from mmengine.config import Config
from people_folders import write_people
from PIL import Image
from shipped_configs import ROOT

from res2net_mm.data.checks.check_data import check_data
from res2net_mm.errors import UserError
from res2net_mm.formats import READERS
from res2net_mm.formats.image_file import ORIENTATION


@pytest.fixture
def drawn():
    """The picture is drawn, which would take most of the time of every test here."""


@pytest.fixture(autouse=True)
def undrawn(request, monkeypatch):
    if 'drawn' not in request.fixturenames:
        for name in ('draw_boxes', 'draw_shares'):
            monkeypatch.setattr(
                f'res2net_mm.data.checks.check_data.{name}', lambda *given: given[-2]
            )


def write_noise(path, size=(60, 80), seed=0, orientation=None, **options):
    """An image of its own, so that no two are alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    if orientation:
        exif = image.getexif()
        exif[ORIENTATION] = orientation
        options['exif'] = exif
    image.save(path, **options)


def write_deep(path):
    pixels = np.random.default_rng(9).integers(0, 4096, (60, 80), dtype=np.uint16)
    Image.fromarray(pixels).save(path, format='PNG')


def own_pixels(*folders):
    for seed, file in enumerate(sorted(f for folder in folders for f in folder.rglob('*.jpg'))):
        write_noise(file, seed=seed)


@pytest.fixture
def coco(tmp_path):
    root = write_coco(tmp_path / 'set')
    own_pixels(root)
    return root


@pytest.fixture
def voc(tmp_path):
    names = 'abcd'
    root = write_voc(
        tmp_path / 'set', dict.fromkeys(names, voc_xml()), {'train': ['a', 'b'], 'val': ['c', 'd']}
    )
    own_pixels(root)
    return root


@pytest.fixture
def masked(tmp_path):
    root = write_masked(tmp_path / 'set', names='a\nb\nc\n')
    own_pixels(root)
    return root


def check(root, **options):
    return check_data(root, picture=root.parent / 'picture.png', **options)


def change(root, key, index=0, split='train', **new):
    """Changes an entry of an annotation file; a value of ... removes the key."""
    file = root / f'annotations/instances_{split}2017.json'
    content = json.loads(file.read_text())
    entry = {**content[key][index], **new}
    content[key][index] = {name: value for name, value in entry.items() if value is not ...}
    write_json(file, content)


def cut(file, share=0.6):
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])


def add_image(root, name='train_9.jpg', **of):
    file = root / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    content['images'].append(dict(id=99, file_name=name, height=60, width=80, **of))
    write_json(file, content)
    write_noise(root / 'train2017' / name, seed=99)


TRAIN = 'instances_train2017.json'
# Fault -> what breaks the folder; the file, words and count of what is said.
COCO_FAULTS = {
    'image missing': (
        lambda r: [(r / f'train2017/train_{i}.jpg').unlink() for i in (1, 3)],
        (TRAIN, 'missing from', 2),
    ),
    'no picture': (
        lambda r: (r / 'train2017/train_1.jpg').write_bytes(b'nothing'),
        (TRAIN, 'cannot be read', 1),
    ),
    'empty file': (
        lambda r: (r / 'val2017/val_1.jpg').write_bytes(b''),
        ('instances_val2017.json', 'cannot be read', 1),
    ),
    'jpeg cut short': (
        lambda r: [cut(r / f'train2017/train_{i}.jpg') for i in (1, 2, 4)],
        (TRAIN, 'cut short', 3),
    ),
    'pixels of 12 bits': (
        lambda r: write_deep(r / 'train2017/train_1.jpg'),
        (TRAIN, 'which training sees as 0..15', 1),
    ),
    'exif': (
        lambda r: write_noise(r / 'train2017/train_0.jpg', orientation=6),
        (TRAIN, 'EXIF turns', 1),
    ),
    'exif, upside down': (
        lambda r: write_noise(r / 'train2017/train_0.jpg', orientation=3),
        (TRAIN, 'EXIF turns', 1),
    ),
    'zero box': (
        lambda r: change(r, 'annotations', bbox=[5, 5, 0, 9]),
        (TRAIN, 'without width or height', 1),
    ),
    'negative box': (
        lambda r: change(r, 'annotations', bbox=[5, 5, 4, -9]),
        (TRAIN, 'without width or height', 1),
    ),
    'box outside': (
        lambda r: change(r, 'annotations', bbox=[200, 5, 4, 9]),
        (TRAIN, 'wholly outside', 1),
    ),
    'box sticks out': (
        lambda r: change(r, 'annotations', bbox=[70, 5, 40, 9]),
        (TRAIN, 'reach out of their image', 1),
    ),
    'box not numbers': (
        lambda r: change(r, 'annotations', bbox=['a', 5, 40, 9]),
        (TRAIN, 'not four numbers', 1),
    ),
    'other size': (
        lambda r: change(r, 'images', height=600, width=800),
        (TRAIN, 'of another size', 1),
    ),
    'image id twice': (lambda r: change(r, 'images', id=2), (TRAIN, 'ids that several images', 1)),
    'name twice': (
        lambda r: change(r, 'images', file_name='train_1.jpg'),
        (TRAIN, 'names that several images', 1),
    ),
    'box id twice': (lambda r: change(r, 'annotations', id=2), (TRAIN, 'ids of boxes', 1)),
    'box of no image': (
        lambda r: change(r, 'annotations', image_id=77),
        (TRAIN, 'of no listed image', 1),
    ),
    'category unknown': (
        lambda r: change(r, 'annotations', category_id=7),
        (TRAIN, 'not among the categories', 1),
    ),
    'category of val only': (
        lambda r: change(r, 'categories', split='val', name='cow'),
        ('instances_val2017.json', 'boxes of categories that the training split', 3),
    ),
    'class without boxes': (
        lambda r: [change(r, 'annotations', index=i, category_id=1) for i in range(5)],
        (TRAIN, 'without a box to train on', 1),
    ),
    'image without boxes': (add_image, (TRAIN, 'images of train without boxes', 1)),
    'same pixels': (
        lambda r: shutil.copy(r / 'train2017/train_2.jpg', r / 'val2017/val_3.jpg'),
        ('instances_val2017.json', 'same pixels', 1),
    ),
    'same pixels in another format': (
        lambda r: Image.open(r / 'train2017/train_2.jpg').save(r / 'val2017/val_3.jpg', 'PNG'),
        ('instances_val2017.json', 'same pixels', 1),
    ),
    'not json': (lambda r: (r / 'annotations' / TRAIN).write_text('{"images"'), (TRAIN, 'JSON', 1)),
    'path leaves the folder': (
        lambda r: change(r, 'images', file_name='../../etc/passwd'),
        (TRAIN, 'leads out of the folder', 1),
    ),
    'absolute path': (
        lambda r: change(r, 'images', file_name='/etc/passwd'),
        (TRAIN, 'leads out of the folder', 1),
    ),
    'category twice': (
        lambda r: change(r, 'categories', id=2),
        (TRAIN, '2 categories have the id 2', 1),
    ),
}
VOC_FAULTS = {
    'image missing': (
        lambda r: [(r / f'JPEGImages/{name}.jpg').unlink() for name in 'bc'],
        ('set', 'without an image', 2),
    ),
    'xml cut short': (
        lambda r: cut(r / 'Annotations/a.xml'),
        ('a.xml', 'cannot be read as XML', 1),
    ),
    'xml missing': (
        lambda r: (r / 'Annotations/b.xml').unlink(),
        ('train.txt', 'without an XML file', 1),
    ),
    'zero box': (
        lambda r: (r / 'Annotations/a.xml').write_text(
            voc_xml([('dog', 5, 5, 5, 9), ('dog', 5, 5, 9, 9)])
        ),
        ('train.txt', 'without width or height', 1),
    ),
    'other size': (
        lambda r: (r / 'Annotations/a.xml').write_text(voc_xml(size=(640, 480))),
        ('train.txt', 'of another size', 1),
    ),
    'nameless object': (
        lambda r: (r / 'Annotations/a.xml').write_text(voc_xml([('', 5, 5, 8, 9)])),
        ('a.xml', 'no <name>', 1),
    ),
    'in train and val': (
        lambda r: (r / 'ImageSets/Main/val.txt').write_text('a\nc\n'),
        ('val.txt', 'both in train and in val', 1),
    ),
    'list of names elsewhere': (
        lambda r: (r / 'ImageSets/Main/train.txt').write_text('a\n../../etc/passwd\nb\n'),
        ('train.txt', 'without an XML file', 1),
    ),
}
MASK_FAULTS = {
    'label without a class': (
        lambda r: write_mask(r / 'annotations/train/train_0.png', (0, 1, 2, 7, 9)),
        ('train_0.png', 'none of the 3 classes', 2),
    ),
    'mask unreadable': (
        lambda r: [cut(r / f'annotations/train/train_{i}.png', 0.5) for i in (1, 2)],
        ('annotations/train', 'label maps that cannot be used', 2),
    ),
    'mask of colours': (
        lambda r: Image.new('RGB', (80, 60), 'red').save(r / 'annotations/val/val_0.png'),
        ('annotations/val', 'colour 255,0,0 in 1 label maps', 1),
    ),
    'mask of another size': (
        lambda r: write_mask(r / 'annotations/val/val_3.png', (0, 1, 2), height=30),
        ('annotations/val', 'not as large as their images', 1),
    ),
    'mask missing': (
        lambda r: (r / 'annotations/val/val_3.png').unlink(),
        ('images/val', 'without a label map', 1),
    ),
    'image cut short': (
        lambda r: cut(r / 'images/train/train_1.jpg'),
        ('images/train', 'cut short', 1),
    ),
    'class without a pixel': (
        lambda r: (r / 'classes.txt').write_text('a\nb\nc\nd\n'),
        ('annotations/train', 'without a pixel', 1),
    ),
    'same pixels': (
        lambda r: shutil.copy(r / 'images/train/train_1.jpg', r / 'images/val/val_0.jpg'),
        ('images/val', 'same pixels', 1),
    ),
}


def assert_found(root, break_it, expected):
    """The fault is found, and nothing is written but the picture."""
    break_it(root)
    before = {file: file.read_bytes() for file in root.rglob('*') if file.is_file()}
    found = check(root)
    assert {file: file.read_bytes() for file in root.rglob('*') if file.is_file()} == before
    assert {path.name for path in root.parent.iterdir()} <= {root.name, 'picture.png'}
    assert not found.clean
    file, words, count = expected
    fits = [
        f for f in found.problems if words in f'{f}' and file in f'{f.file} {f.name} {f.examples}'
    ]
    assert [fault.count for fault in fits] == [count], str(found)
    assert f'fix: {fits[0].fix}' in str(found)
    assert len(fits[0].fix) > 10


@pytest.mark.parametrize('layout', ['coco', 'voc', 'masked'])
def test_a_clean_folder_is_clean(layout, request):
    found = check(request.getfixturevalue(layout))
    assert found.clean, str(found)
    assert str(found).endswith(': clean')


@pytest.mark.parametrize('fault', COCO_FAULTS)
def test_coco_faults(fault, coco):
    assert_found(coco, *COCO_FAULTS[fault])


@pytest.mark.parametrize('fault', VOC_FAULTS)
def test_voc_faults(fault, voc):
    assert_found(voc, *VOC_FAULTS[fault])


@pytest.mark.parametrize('fault', MASK_FAULTS)
def test_mask_faults(fault, masked):
    assert_found(masked, *MASK_FAULTS[fault])


def test_all_faults_are_said_at_once(coco):
    change(coco, 'annotations', index=1, category_id=8)
    change(coco, 'annotations', index=2, bbox=[1, 1, 0, 0])
    add_image(coco)
    cut(coco / 'val2017/val_2.jpg')
    (coco / 'train2017/train_0.jpg').unlink()
    said = str(check(coco))
    for words in (
        'missing from',
        'cut short',
        'not among the categories',
        'without width or height',
        'images of train without boxes: 3',  # those whose boxes cannot be used, too
    ):
        assert words in said


def test_images_without_boxes_can_be_meant(coco):
    add_image(coco)
    found = check(coco, allow_empty=True)
    assert found.clean
    assert 'note: ' in str(found)


def test_a_turned_image_labelled_as_it_is_shown_is_a_note(coco):
    write_noise(coco / 'train2017/train_0.jpg', orientation=6)
    change(coco, 'images', height=80, width=60)
    found = check(coco)
    assert found.clean
    assert any('labelled as they are shown' in finding.name for finding in found.findings)


def test_the_picture_is_one(coco, drawn):
    (path,) = check(coco).pictures
    with Image.open(path) as picture:
        assert picture.format == 'PNG'
        assert len(set(picture.convert('L').getdata())) > 10


def config(classes, heads, scale=(160, 120)) -> Config:
    dataset = dict(type='CocoDataset', metainfo=dict(classes=classes))
    dataset['pipeline'] = [dict(type='Resize', scale=scale, keep_ratio=True)]
    model = dict(roi_head=dict(bbox_head=dict(num_classes=heads)), backbone=dict(num_classes=7))
    return Config(dict(model=model, train_dataloader=dict(dataset=dataset)))


def test_boxes_are_counted_after_the_resize_of_the_config(coco):
    # 20 x 20 px in images of 80 x 60: 40 x 40 where they are resized to 160 x 120.
    assert check(coco).tables[1].splitlines()[2].split() == ['cat', '3', '0', '0', '3']
    table = check(coco, config=config(('cat', 'dog'), 2)).tables[1]
    assert table.splitlines()[2].split() == ['cat', '0', '3', '0', '3']
    assert 'fit into 160x120 px' in table


def test_a_segmenter_has_its_masks_compared(masked):
    decode_head = dict(num_classes=2)
    cfg = Config(dict(model=dict(decode_head=decode_head)))
    (fault,) = check(masked, config=cfg).problems
    assert 'decode_head.num_classes=2' in str(fault)
    assert check(masked, config=Config(dict(model=dict(decode_head=dict(num_classes=3))))).clean


@pytest.mark.parametrize('name', ['absent', 'empty'])
def test_what_is_no_folder_of_data_is_an_error(name, tmp_path):
    (tmp_path / 'empty').mkdir()
    with pytest.raises(UserError, match=name):
        check(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ['empty']


def test_a_folder_with_boxes_and_masks_has_both_checked(coco):
    for split in ('train', 'val'):
        for i in range(5):
            write_mask(coco / f'labels/{split}2017/{split}_{i}.png', (0, 1))
    found = check(coco)
    assert found.clean, str(found)
    assert [path.name for path in found.pictures] == ['picture.png', 'picture_masks.png']
    cut(coco / 'labels/val2017/val_1.png', 0.5)
    assert len(check(coco).problems) == 1


def test_a_layout_that_is_asked_for_is_checked_alone(coco):
    for split in ('train', 'val'):
        for i in range(5):
            write_mask(coco / f'labels/{split}2017/{split}_{i}.png', (0, 1))
    assert [path.name for path in check(coco, layout='coco').pictures] == ['picture.png']
    with pytest.raises(UserError, match=r"layout='cocoa' must be one of coco, cocokeypoints, voc"):
        check(coco, layout='cocoa')


def test_people_with_keypoints_are_checked(tmp_path):
    root = write_people(tmp_path / 'set')
    found = check(root)
    assert found.clean, str(found)
    assert 'COCO layout of keypoints, train 3 images, val 3, 12 people' in str(found)
    (root / 'val2017/val_0.jpg').write_bytes((root / 'val2017/val_0.jpg').read_bytes()[:900])
    file = root / 'annotations/person_keypoints_train2017.json'
    content = json.loads(file.read_text())
    content['annotations'] = content['annotations'][2:]
    content['annotations'][0]['keypoints'] = [1, 2, 2]
    file.write_text(json.dumps(content))
    said = str(check(root, config=ROOT / 'configs/simplebaseline_r50_coco_256x192.py'))
    assert 'images of train without people: 1 (train_0.jpg)' in said
    assert 'x, y, visibility), left out: 1 (train_1.jpg: id 3)' in said
    assert 'damaged or cut short' in said
    assert 'not clean, problems: 3' in said


def test_boxes_and_keypoints_of_coco_are_told_apart_by_layout(coco):
    write_people(coco)
    boxes, people = check(coco), check(coco, layout='cocokeypoints')
    assert 'COCO layout, train' in str(boxes)
    assert 'COCO layout of keypoints, train' in str(people)


def test_a_folder_of_no_layout_is_told_of_all(tmp_path):
    (tmp_path / 'set').mkdir()
    with pytest.raises(UserError) as raised:
        check(tmp_path / 'set')
    assert 'holds no boxes, no keypoints, no label maps and no image classes' in str(raised.value)
    for reader in READERS:
        assert reader.looked_for in str(raised.value)


def test_names_that_no_font_has_are_numbered_and_told_once(coco, monkeypatch, drawn):
    monkeypatch.setattr('res2net_mm.lettering._font_with', lambda letters: None)
    for split in ('train', 'val'):
        change(coco, 'categories', split=split, name='汽车')
    said = str(check(coco))
    assert (
        said.count('no font of this system has the letters of some names; drawn as: #1 汽车') == 1
    )
    assert said.endswith(': clean')


def test_a_detector_gets_advice_from_the_sizes(coco):
    """Boxes of 20 px in images of 80 x 60 px, enlarged to 240 x 180 by the config."""
    resize = dict(type='Resize', scale=(240, 240), keep_ratio=True)
    model = dict(bbox_head=dict(type='FCOSHead', num_classes=2, strides=[8, 16]))
    loader = dict(dataset=dict(type='CocoDataset', pipeline=[resize]))
    cfg = Config(dict(model=model, train_dataloader=loader))
    report = check(coco, config=cfg)
    assert {advice.topic for advice in report.advice} == {
        'cell', 'anchors', 'input', 'P2', 'slices',
    }  # fmt: skip
    assert 'advice (input): 100.0 % of the boxes' in str(report)
    assert '(by 3.00, median)' in str(report)
    assert report.clean
    assert check(coco).advice == []
