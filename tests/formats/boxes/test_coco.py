import json
import shutil

import pytest
from folders import coco_content, write_coco, write_image, write_json

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.coco import COCO, START
from res2net_mm.formats.boxes.label_files import begins_like

# Where the annotations and images of a split lie, by layout.
LAYOUTS = {
    'coco2017': ('annotations/instances_{}2017.json', '{}2017/'),
    'only the images with a year': ('annotations/{}.json', '{}2017/'),
    'images': ('annotations/{}.json', 'images/'),
    'fiftyone': ('{}/labels.json', '{}/data/'),
    'folders of each split': ('{}/annotations/instances_default.json', '{}/images/'),
    'beside': ('annotations/{}.json', '{}/'),
    'images_split': ('annotations/instances_{}.json', 'images/{}/'),
    'sub_folders': ('annotations/{}.json', 'images/a/b/'),
    'roboflow': ('{}/_annotations.coco.json', '{}/'),
    'top': ('{}.json', ''),
}


@pytest.mark.parametrize('layout', LAYOUTS)
def test_layouts(layout, tmp_path):
    ann_file, image_dir = LAYOUTS[layout]
    inner = 'a/b/' if layout == 'sub_folders' else ''
    for split in ('train', 'valid' if layout == 'roboflow' else 'val'):
        names = [f'{split}_{i}.jpg' for i in range(3)]
        for name in names:
            write_image(tmp_path / image_dir.format(split) / name)
        content = coco_content([inner + name for name in names])
        write_json(tmp_path / ann_file.format(split), content)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert (folder.layout, folder.classes) == ('coco', ('cat', 'dog'))
    assert [split.images for split in folder.splits.values()] == [3, 3, 3]
    for split in folder.splits.values():
        images = json.loads(split.ann_file.read_text())['images']
        assert all((split.image_dir / image['file_name']).is_file() for image in images)
    assert folder.splits['train'].image_dir == tmp_path / image_dir.format('train').replace(
        'a/b/', ''
    )
    assert not (tmp_path / 'out').exists()


def test_other_tasks_are_passed_over(tmp_path):
    write_coco(tmp_path)
    for name in ('captions', 'person_keypoints', 'stuff', 'panoptic', 'image_info'):
        write_json(tmp_path / f'annotations/{name}_train2017.json', {'images': []})
    assert recognise(tmp_path, tmp_path / 'out').splits['train'].images == 5


def test_one_split_holds_out_every_fifth(tmp_path):
    names = [f'{i}.jpg' for i in range(11)]
    for name in names:
        write_image(tmp_path / 'images' / name)
    write_json(tmp_path / 'annotations/instances_default.json', coco_content(names))
    folder = recognise(tmp_path, tmp_path / 'out')
    assert [split.images for split in folder.splits.values()] == [9, 2, 2]
    held_out = json.loads(folder.splits['val'].ann_file.read_text())['images']
    assert [image['file_name'] for image in held_out] == ['4.jpg', '9.jpg']
    assert 'held out' in folder.summary()


def test_trainval_gives_what_val_and_test_leave(tmp_path):
    names = [f'{i}.jpg' for i in range(6)]
    for name in names:
        write_image(tmp_path / 'images' / name)
    parts = {'trainval': names[:5], 'val': names[4:5], 'test': names[5:]}
    for split, part in parts.items():
        write_json(tmp_path / f'annotations/{split}.json', coco_content(part))
    splits = recognise(tmp_path, tmp_path / 'out').splits
    assert [split.images for split in splits.values()] == [4, 1, 1]
    assert splits['test'].ann_file == tmp_path / 'annotations/test.json'


def test_test_split_without_labels_gives_way_to_val(tmp_path):
    write_coco(tmp_path, splits=('train', 'val', 'test'))
    content = coco_content(['test_0.jpg'])
    content['annotations'] = []
    write_json(tmp_path / 'annotations/instances_test2017.json', content)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.splits['test'].ann_file == folder.splits['val'].ann_file
    assert any("'test'" in finding.name for finding in folder.findings)


def test_images_in_train_and_val_are_said(tmp_path):
    write_image(tmp_path / 'images/a.jpg')
    for split in ('train', 'val'):
        write_json(tmp_path / f'annotations/{split}.json', coco_content(['a.jpg']))
    findings = recognise(tmp_path, tmp_path / 'out').findings
    assert any('both train and in val' in str(f) or 'both in train' in str(f) for f in findings)


def _change(key, value):
    def change(root):
        file = root / 'annotations/instances_train2017.json'
        content = json.loads(file.read_text())
        content[key] = value(content[key]) if callable(value) else value
        write_json(file, content)

    return change


def _first(key, **new):
    return _change(key, lambda entries: [{**entries[0], **new}, *entries[1:]])


BROKEN = {
    'not json': (
        lambda root: write_json(root / 'annotations/instances_train2017.json', '{"images": ['),
        'instances_train2017.json',
    ),
    'no categories in val': (
        lambda root: write_json(
            root / 'annotations/instances_val2017.json',
            {**coco_content(['val_0.jpg']), 'categories': [{'name': 'cat'}]},
        ),
        'instances_val2017.json: .* whole number as id',
    ),
    'no categories': (_change('categories', None), 'no list categories'),
    'empty categories': (_change('categories', []), 'names no categories'),
    'entry that is none': (_change('annotations', [7]), r'annotations\[0\]'),
    'image deleted': (
        lambda root: (root / 'train2017/train_3.jpg').unlink(),
        r'missing from .*: 1 \(train_3.jpg\)\. Fix: put',
    ),
    'no image there': (lambda root: shutil.rmtree(root / 'train2017'), 'train_0.jpg'),
    'file name leaves': (_first('images', file_name='../../x.jpg'), 'leads out of the folder'),
    'file name absolute': (_first('images', file_name='/etc/x.jpg'), 'leads out of the folder'),
    'image id twice': (_first('images', id=2), r'ids that several images have: 1 \(2\)'),
    'image name twice': (_first('images', file_name='train_1.jpg'), "'train_1.jpg'"),
    'category twice': (_first('categories', name='dog'), "2 categories have the name 'dog'"),
    'category id twice': (_first('categories', id=2), '2 categories have the id 2'),
    'category without id': (_first('categories', id=None), 'whole number as id'),
    'category unknown': (_first('annotations', category_id=9), r'1 \(category 9\)'),
    'other classes': (_first('categories', name='cow'), "'cat'.*'?cow|'cat'"),
    'two files': (
        lambda root: shutil.copy(
            root / 'annotations/instances_train2017.json',
            root / 'annotations/instances_train2014.json',
        ),
        "2 annotation files for the split 'train'",
    ),
}


@pytest.mark.parametrize('fault', BROKEN)
def test_broken_folders_get_one_error(fault, tmp_path):
    break_it, message = BROKEN[fault]
    break_it(write_coco(tmp_path / 'set'))
    with pytest.raises(UserError, match=message):
        recognise(tmp_path / 'set', tmp_path / 'out')
    assert not list(tmp_path.glob('out/*'))


# How a file names its image, and where the image is.
NAMES = {
    'absolute': ('/home/me/set/{}', 'images/{}'),
    'windows': ('C:\\set\\images\\{}', 'images/{}'),
    'backslash': ('JPEGImages\\{}', 'JPEGImages/{}'),
    'leads out and back': ('../images/{}', 'images/{}'),
    'other case': ('{}', 'images/A/{}'),
    'another folder': ('pictures/{}', 'data/{}'),
}


@pytest.mark.parametrize(('written', 'place'), NAMES.values(), ids=NAMES)
def test_images_are_found_by_the_end_of_their_path(written, place, tmp_path):
    for split in ('train', 'val'):
        names = [f'{split}_{i}.jpg' for i in range(3)]
        for name in names:
            write_image(tmp_path / place.format(name))
        content = coco_content([written.format(name.upper()) for name in names])
        write_json(tmp_path / f'annotations/{split}.json', content)
    folder = recognise(tmp_path, tmp_path / 'out')
    for split in folder.splits.values():
        assert (split.images, split.boxes) == (3, 3)
        assert all(file.is_file() for file in split.files.image_files)
    assert 'found by the end of it: 3' in folder.summary()


def test_of_two_images_of_one_name_that_of_the_split_is_taken(tmp_path):
    for split in ('train', 'val'):
        for index in range(2):
            write_image(tmp_path / f'{split}/data/{index}.jpg')
        content = coco_content([f'/old/{index}.jpg' for index in range(2)])
        write_json(tmp_path / f'{split}/labels.json', content)
    folder = recognise(tmp_path, tmp_path / 'out')
    for name in ('train', 'val'):
        files = folder.splits[name].files.image_files
        assert files == [tmp_path / f'{name}/data/{index}.jpg' for index in range(2)]


# The annotation files of a folder -> its splits, and what is said to be unused.
FILES = {
    'export beside val': ({'annotations': 'abcd', 'val': 'd'}, dict(train='abc', val='d'), ''),
    'cvat beside test': (
        {'instances_default': 'abcd', 'instances_test': 'cd'},
        dict(train='ab', val='cd'),
        '',
    ),
    'cvat beside val': (
        {'instances_default': 'abc', 'val_instances_default': 'd'},
        dict(train='abc', val='d'),
        '',
    ),
    'eval': ({'train': 'abc', 'eval': 'd'}, dict(train='abc', val='d'), ''),
    'capitals': ({'Train': 'abc', 'Validation': 'd'}, dict(train='abc', val='d'), ''),
    'all beside both': (
        {'train': 'abc', 'val': 'd', 'all': 'abcd'},
        dict(train='abc', val='d'),
        'all.json with 4 boxes',
    ),
    'folders': (
        {'train/annotations/instances_default': 'abc', 'val/annotations/instances_default': 'd'},
        dict(train='abc', val='d'),
        '',
    ),
    'a folder further down': (
        {'my/set/annotations/train': 'abc', 'my/set/annotations/val': 'd'},
        dict(train='abc', val='d'),
        '',
    ),
}


@pytest.mark.parametrize(('files', 'splits', 'unused'), FILES.values(), ids=FILES)
def test_no_file_of_annotations_is_dropped_in_silence(files, splits, unused, tmp_path):
    for name in 'abcd':
        write_image(tmp_path / f'images/{name}.jpg')
    for file, names in files.items():
        content = coco_content([f'{name}.jpg' for name in names])
        write_json(tmp_path / f'{file}.json', content)
    folder = recognise(tmp_path, tmp_path / 'out')
    seen = {
        name: ''.join(sorted(file.stem for file in split.files.image_files))
        for name, split in folder.splits.items()
        if name in splits
    }
    assert seen == splits
    said = [finding for finding in folder.findings if 'not used' in finding.name]
    assert (unused in str(said)) if unused else not said


def _texts(content):
    for category in content['categories']:
        category['id'] = str(category['id'])
    for annotation in content['annotations']:
        annotation['category_id'] = str(annotation['category_id'])
        annotation['bbox'] = [*map(str, annotation['bbox'])]


def _other_ids(content):
    for category in content['categories']:
        category['id'] += 7
    for annotation in content['annotations']:
        annotation['category_id'] += 7


@pytest.mark.parametrize('change', [_texts, _other_ids])
@pytest.mark.parametrize('splits', [('train', 'val'), ('val',)])
def test_ids_and_boxes_as_other_tools_write_them(change, splits, tmp_path):
    write_coco(tmp_path / 'set')
    for split in splits:
        file = tmp_path / f'set/annotations/instances_{split}2017.json'
        content = json.loads(file.read_text())
        change(content)
        write_json(file, content)
    folder = recognise(tmp_path / 'set', tmp_path / 'out')
    for split in folder.splits.values():
        assert split.boxes_by_class == {'cat': 3, 'dog': 2}
        read = json.loads(split.ann_file.read_text())
        ids = [category['id'] for category in read['categories']]
        assert ids == sorted({annotation['category_id'] for annotation in read['annotations']})
        assert all(annotation['bbox'] == [10, 10, 20, 20] for annotation in read['annotations'])


def test_a_test_split_without_the_key_annotations_has_no_labels(tmp_path):
    write_coco(tmp_path, splits=('train', 'val', 'test'))
    file = tmp_path / 'annotations/instances_test2017.json'
    content = json.loads(file.read_text())
    del content['annotations']
    write_json(file, content)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.splits['test'].ann_file == folder.splits['val'].ann_file
    assert "images of the split 'test', not used because it has no boxes: 5" in folder.summary()


def test_of_many_json_files_those_that_begin_as_coco_do_are_read(tmp_path):
    names = [f'{i}.jpg' for i in range(25)]
    for name in names:
        write_image(tmp_path / name)
        write_json(tmp_path / f'{name}.json', '{"shapes": [')
    write_json(tmp_path / 'labels.json', coco_content(names))
    assert [*COCO.read(tmp_path, Findings())] == ['all']


def test_a_file_of_another_tool_in_the_folder_of_a_split_is_no_fault(tmp_path):
    write_coco(tmp_path, splits=('train',))
    write_json(tmp_path / 'val/settings.json', {'colour': 'red'})
    write_json(tmp_path / 'val_0.json', {'shapes': []})
    assert [*COCO.read(tmp_path, Findings())] == ['train']
    write_json(tmp_path / 'val/_annotations.coco.json', [])
    with pytest.raises(UserError, match='is not in COCO layout'):
        COCO.read(tmp_path, Findings())


def test_a_folder_of_test_images_is_tested_on_whole_and_not_trained_on(tmp_path):
    write_coco(tmp_path, splits=('test',))
    with pytest.raises(UserError, match="since 'test' is only"):
        recognise(tmp_path, tmp_path / 'out')
    folder = recognise(tmp_path, tmp_path / 'out', training=False)
    assert {name: split.images for name, split in folder.splits.items()} == {'test': 5}


def test_a_byte_order_mark_is_no_fault(tmp_path):
    write_coco(tmp_path)
    file = tmp_path / 'annotations/instances_train2017.json'
    file.write_bytes(b'\xef\xbb\xbf' + file.read_bytes())
    assert recognise(tmp_path, tmp_path / 'out').splits['train'].images == 5


@pytest.mark.parametrize(('classes', 'is_like'), [(3, False), (200, True)])
def test_a_file_of_class_names_alone_does_not_begin_as_coco_s_do(classes, is_like, tmp_path):
    categories = [{'id': i, 'name': f'class {i}'} for i in range(classes)]
    file = write_json(tmp_path / 'notes.json', {'categories': categories, 'info': {}})
    assert begins_like(file, START) == is_like
