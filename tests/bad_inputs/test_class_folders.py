"""Folders of images with a class each that are wrong, checked and trained on."""

import shutil

import pytest
from class_folders import write_images, write_lines
from quick import first_quick
from shipped_configs import QUICK, ROOT

from res2net_mm.data import recognise_classes
from res2net_mm.data.checks.check_data import check_data
from res2net_mm.engine import train
from res2net_mm.errors import UserError

CONFIG = """
model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=3))
val_cfg, val_evaluator = dict(), dict(type='Accuracy')
test_cfg, test_evaluator = dict(), dict(type='Accuracy')
train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(type='CustomDataset'))
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(max_epochs=1)
"""


@pytest.fixture
def folder(tmp_path):
    """A folder ``data`` of JPEG files in class folders of two splits, and a config beside it."""
    for seed, split in enumerate(('train', 'val')):
        for place, name in enumerate(('cat', 'dog')):
            seeded = 2 * seed + place
            write_images(tmp_path / 'data' / split / name, 5, '{}.jpg', seed=seeded)
    (tmp_path / 'config.py').write_text(CONFIG)
    return tmp_path / 'data'


ROWS = [f'{i}.jpg,{"cat" if i < 3 else "dog"}' for i in range(6)]


def listed(root, *rows, table=()):
    """Make the folder one of images with a CSV file, and perhaps a class table."""
    shutil.rmtree(root)
    write_images(root / 'images', 7, '{}.jpg', seed=1)
    (root / 'images/6.jpg').unlink()
    write_lines(root / 'labels.csv', 'file,label', *rows)
    if table:
        write_lines(root / 'classes.txt', *table)


def shorten(file, by=200):
    file.write_bytes(file.read_bytes()[:-by])


def nest(root):
    """Put the classes into folders of kinds, two in each."""
    for split in ('train', 'val'):
        for kind, names in (('animal', ('cat', 'dog')), ('plant', ('oak', 'fir'))):
            for name in names:
                place = root / split / kind / name
                place.parent.mkdir(exist_ok=True)
                if (root / split / name).is_dir():
                    (root / split / name).rename(place)
                else:
                    write_images(place, 3, '{}.jpg')


# What is wrong -> how, and words of the message: no training begins.
REFUSED = {
    'a class in val alone': (
        lambda root: write_images(root / 'val/owl', 2, '{}.jpg'), '1 (owl (2 images))'
    ),
    'a class in capitals': (
        lambda root: (root / 'val/cat').rename(root / 'val/Cat'), 'is it cat?'
    ),
    'a class with a space': (
        lambda root: (root / 'val/cat').rename(root / 'val/cat '), 'is it cat?'
    ),
    'a text called .jpg': (
        lambda root: (root / 'train/cat/x.jpg').write_text('a cat'), 'cannot be read: 1 (x.jpg'
    ),
    'a page called .jpg': (
        lambda root: (root / 'val/dog/x.jpg').write_text('<html>404</html>'), 'an HTML page'
    ),
    'an empty image': (
        lambda root: (root / 'train/cat/x.jpg').write_bytes(b''), 'x.jpg: it is empty'
    ),
    'a folder called .jpg': (
        lambda root: (root / 'train/cat/x.jpg').mkdir(), 'x.jpg: Is a directory'
    ),
    'one class': (
        lambda root: [shutil.rmtree(f) for f in root.glob('*/dog')], 'since all images are cat'
    ),
    'a row of a missing image': (
        lambda root: listed(root, *ROWS, '99.jpg,cat'), 'named and not there: 1 (99.jpg)'
    ),
    'a row that leads out': (
        lambda root: listed(root, *ROWS, '../../x.jpg,cat'), 'not there: 1 (../../x.jpg)'
    ),
    'a class that the table lacks': (
        lambda root: listed(root, *ROWS[:5], '5.jpg,owl', table=('cat', 'dog')),
        'the class table does not name: 1 (owl)',
    ),
    'a number that the table lacks': (
        lambda root: listed(root, *(f'{i}.jpg,{i}' for i in range(6)), table=('cat', 'dog')),
        'classes.txt names 2, there are 0 to 5',
    ),
    'a negative number': (
        lambda root: listed(root, *(f'{i}.jpg,{i % 3 - 1}' for i in range(6))),
        'negative numbers in place of a class: 1 (-1)',
    ),
    'two classes of an image': (
        lambda root: listed(root, *ROWS, '0.jpg,dog'), 'images/0.jpg: cat and dog'
    ),
    'a header alone': (lambda root: listed(root), 'labels.csv has no row'),
}  # fmt: skip

# What is wrong -> how, and words of the check and of the report before training: it begins.
SAID = {
    'an empty class': (
        lambda root: (root / 'train/owl').mkdir(), 'without an image: 1 (train/owl)'
    ),
    'an empty split': (
        lambda root: (shutil.rmtree(root / 'val'), (root / 'val').mkdir()),
        'folders of splits without an image: 1 (val)',
    ),
    'images beside class folders': (
        lambda root: write_images(root / 'train', 2, 'stray{}.jpg', seed=9),
        'not used: 2 (train/stray0.jpg, train/stray1.jpg)',
    ),
    'images beside splits': (
        lambda root: write_images(root, 1, 'stray{}.jpg', seed=9), 'not used: 1 (stray0.jpg)'
    ),
    'images of other suffixes': (
        lambda root: (root / 'train/cat/0.jpg').rename(root / 'train/cat/0.heic'),
        'none which training reads, not used: 1 (train/cat/0.heic)',
    ),
    'classes within classes': (nest, 'taken for the class: 8 (train/animal/cat: 5 images'),
    'classes in capitals': (
        lambda root: listed(root, *ROWS[:4], '4.jpg,Dog', '5.jpg,dog'),
        "'Dog' (1 images) and 'dog' (2 images)",
    ),
    'a row without a class': (
        lambda root: listed(root, *ROWS[:5], '5.jpg,'), 'without a class, left out: 1 (5.jpg)'
    ),
    'a gap as pandas writes it': (
        lambda root: listed(root, *ROWS[:5], '5.jpg,nan'), 'without a class, left out: 1 (5.jpg)'
    ),
    'an image without a row': (
        lambda root: listed(root, *ROWS[:5]), 'not listed with a class, not used: 1 (images/5.jpg)'
    ),
    'a CSV file without rows': (
        lambda root: (listed(root, *ROWS), write_lines(root / 'more.csv', 'file,label')),
        'CSV files without a row: 1 (more.csv)',
    ),
}  # fmt: skip

# What only decoding shows: the check names it.
SEEN = {
    'a JPEG cut short': (
        lambda root: shorten(root / 'train/cat/0.jpg'), 'damaged or cut short'
    ),
    'a picture in two classes': (
        lambda root: shutil.copy(root / 'train/cat/0.jpg', root / 'train/dog/x.jpg'),
        'two classes: 1 (train/dog/x.jpg is train/cat/0.jpg)',
    ),
    'a picture in two splits': (
        lambda root: shutil.copy(root / 'train/cat/0.jpg', root / 'val/cat/x.jpg'),
        'images of val with the same pixels as one of train',
    ),
}  # fmt: skip


@pytest.mark.parametrize('tool', first_quick(('check_data', 'train')))
@pytest.mark.parametrize('what', REFUSED)
def test_no_training_begins(what, tool, folder, refused):
    change, says = REFUSED[what]
    change(folder)
    arguments = {'check_data': ('data',), 'train': ('config.py', '--data', 'data')}
    refused(tool, *arguments[tool], says=says)


@pytest.mark.parametrize('what', REFUSED)
def test_the_same_is_refused_in_python(what, folder, tmp_path):
    change, says = REFUSED[what]
    change(folder)
    with pytest.raises(UserError) as raised:
        recognise_classes(folder, tmp_path / 'out')
    assert says in str(raised.value)
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('what', SAID)
def test_what_is_left_out_is_said(what, folder, refused, tmp_path):
    change, says = SAID[what]
    change(folder)
    refused('check_data', 'data', says=says)
    assert says in recognise_classes(folder, tmp_path / 'out').summary()


@pytest.mark.parametrize('what', SEEN)
def test_decoding_shows_the_rest(what, folder, refused):
    change, says = SEEN[what]
    change(folder)
    refused('check_data', 'data', says=says)


def test_suffixes_may_be_written_in_any_case(folder):
    for old, new in (('0.jpg', '0.JPG'), ('1.jpg', '1.JpEg')):
        (folder / 'train/cat' / old).rename(folder / 'train/cat' / new)
    found = check_data(folder, picture=folder.parent / 'picture.png')
    assert found.clean, str(found)
    assert 'train 10 images' in str(found)


def test_the_folder_itself_is_right(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert check_data('data').clean


@pytest.mark.slow
def test_training_ends_at_a_jpeg_cut_short_and_names_it(folder, tmp_path):
    shorten(folder / 'train/cat/0.jpg', 400)
    with pytest.raises(UserError, match=r'train/cat/0\.jpg'):
        train(
            ROOT / 'configs/r2n_light_demo.py',
            data=folder,
            pretrained=False,
            work_dir=tmp_path / 'run',
            cfg_options=QUICK,
        )
