import pytest
from folders import write_image
from tool_folders import write_text

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.yolo.description import describe_folder
from res2net_mm.formats.image_file import files_below
from res2net_mm.formats.image_index import ImageIndex

IMAGES = ['train/images/a.jpg', 'train/images/b.jpg', 'valid/images/c.jpg', 'pool/d.jpg']


def describe(root, **texts):
    for path in IMAGES:
        write_image(root / path)
    for name, text in texts.items():
        write_text(root / name.replace('__', '/').replace('_', '.'), [text])
    files = files_below(root, ('.txt', '.yaml', '.yml', '.data', '.names'))
    findings = Findings()
    return describe_folder(root, files, ImageIndex(root), findings), findings


EXPECTED = {'train': IMAGES[:2], 'val': IMAGES[2:3]}
PATHS = {
    'plain': 'train: train/images\nval: valid/images',
    'folders of images': 'train: train\nval: valid',
    'with a start': 'train: ./train/images\nval: ./valid/images/',
    'of the folder above': 'train: ../train/images\nval: ../valid/images',
    'another machine': 'path: /home/me/my_set\ntrain: train/images\nval: valid/images',
    'absolute': 'train: /home/train/set/train/images\nval: D:\\sets\\test\\valid\\images',
    'a part in lists': 'train: [train/images/a.jpg, train/images/b.jpg]\nval: [valid]',
    'capitals': 'Train: train/images\nVAL: valid/images',
}


@pytest.mark.parametrize('text', PATHS.values(), ids=PATHS)
@pytest.mark.parametrize('place', ['data_yaml', 'sub__data_yaml'])
def test_paths_of_the_splits(text, place, tmp_path):
    described, findings = describe(tmp_path, **{place: text})
    assert described.splits == EXPECTED
    assert not findings


@pytest.mark.parametrize(
    'texts',
    [
        {'train_txt': 'train/images/a.jpg\n./train/images/b.jpg', 'val_txt': 'C:\\x\\c.jpg'},
        {'lists__train_txt': '/x/a.jpg\n/x/b.jpg', 'lists__valid_txt': 'valid/images/C.JPG'},
        {
            'obj_data': 'classes = 2\ntrain = data/train.txt\nvalid = data/test.txt\nnames = no',
            'train_txt': 'data/obj_train_data/a.jpg\ndata/b.jpg',
            'test_txt': 'c.jpg',
        },
        {
            'data_yaml': 'train: lists/train.txt\nval: lists/val.txt',
            'lists__train_txt': 'a.jpg\nb.jpg\na.jpg',
            'lists__val_txt': 'c.jpg',
        },
    ],
)
def test_lists_of_images(texts, tmp_path):
    described, findings = describe(tmp_path, **texts)
    assert described.splits == EXPECTED
    assert not findings


def test_images_of_a_list_that_are_not_there_are_counted(tmp_path):
    described, (finding,) = describe(tmp_path, train_txt='a.jpg\nx/gone.jpg\ngone.jpg')
    assert described.splits == {'train': IMAGES[:1]}
    assert str(finding).endswith('not there, left out: 2 (x/gone.jpg, gone.jpg)')


def test_a_split_that_is_not_there_is_looked_for_by_the_name_of_its_folder(tmp_path):
    write_image(tmp_path / 'images/e.jpg')
    text = 'train: train/images\nval: val/images\ntest: test/images'
    described, (finding,) = describe(tmp_path, data_yaml=text)
    assert described.splits == EXPECTED
    assert finding.examples == ('val: val/images', 'test: test/images')


NAMES = {
    'list': ({'data_yaml': 'names: [cat, 7]'}, 'from data.yaml'),
    'table': ({'data_yaml': 'names:\n  1: 7\n  0: cat'}, 'from data.yaml'),
    'file': ({'obj_data': 'names = x/obj.names', 'obj_names': 'cat\n7'}, 'from obj.data'),
    'beside': ({'data_yaml': 'train: train', 'labels__classes_txt': 'cat\n7'}, 'from classes.txt'),
    'names alone': ({'obj_names': 'cat\n7'}, 'from obj.names'),
}


@pytest.mark.parametrize(('texts', 'source'), NAMES.values(), ids=NAMES)
def test_names_of_the_classes(texts, source, tmp_path):
    described, _ = describe(tmp_path, **texts)
    assert (described.names, described.names_from) == ({0: 'cat', 1: '7'}, source)


def test_without_a_description_nothing_is_said(tmp_path):
    described, findings = describe(tmp_path, notes_txt='names of the cats', settings_yaml='a: 1')
    assert (described.file, described.names, described.splits) == (tmp_path, {}, {})
    assert not findings


def test_of_several_descriptions_the_first_of_the_least_depth_is_read(tmp_path):
    texts = {'b_yaml': 'names: [b]', 'c_yml': 'names: [c]', 'a__a_yaml': 'names: [a]'}
    described, (finding,) = describe(tmp_path, **texts)
    assert described.names == {0: 'b'}
    assert (finding.name, finding.examples) == ('descriptions not used beside b.yaml', ('c.yml',))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('train: [', 'a.yaml cannot be read as YAML'),
        ('names:\n  cat: 0', r"names must be numbered, got \{'cat': 0\}"),
    ],
)
def test_broken_descriptions(text, message, tmp_path):
    with pytest.raises(UserError, match=message):
        describe(tmp_path, a_yaml=text)
