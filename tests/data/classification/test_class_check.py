"""What a check says of classified images, by the whole check and by its parts."""

import shutil

import pytest
from class_folders import write_classes, write_images
from mmengine.config import Config

from res2net_mm.data.checks.check_data import check_data
from res2net_mm.data.checks.decoded_images import DecodedImage
from res2net_mm.data.classification.class_check import sizes_text
from res2net_mm.formats.image_file import Header


@pytest.fixture
def pets(tmp_path):
    return write_classes(tmp_path / 'pets', count=6, splits=('train', 'val', 'test'))


def check(root, **options):
    return check_data(root, picture=root.parent / 'picture.png', **options)


def test_a_clean_folder(pets):
    found = check(pets)
    assert found.clean, str(found)
    assert [path.name for path in found.pictures] == ['picture.png']
    lines = [line.split() for line in str(found).splitlines()]
    assert ['cat', '6', '6', '6'] in lines
    assert 'sizes of the images: all 16x12 px' in str(found)


def copy(root, source, target):
    (root / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / source, root / target)


FAULTS = {
    'a twin in another class': (
        lambda root: copy(root, 'train/cat/0.png', 'train/dog/x.png'),
        ['same pixels in two classes: 1 (train/dog/x.png is train/cat/0.png)'],
    ),
    'a twin in another split': (
        lambda root: copy(root, 'train/cat/0.png', 'val/cat/x.png'),
        ['images of val with the same pixels as one of train'],
    ),
    'a twin in another split and class': (
        lambda root: copy(root, 'train/cat/0.png', 'test/dog/x.png'),
        ['same pixels in two classes', 'images of test with the same pixels as one of train'],
    ),
    'an empty file': (
        lambda root: (root / 'val/cat/x.png').write_bytes(b''),
        ['images that cannot be read: 1'],
    ),
    'an image cut short': (
        lambda root: (root / 'train/cat/0.png').write_bytes(
            (root / 'train/cat/0.png').read_bytes()[:300]
        ),
        ['damaged or cut short'],
    ),
    'a class in val alone': (
        lambda root: write_images(root / 'val/owl', 2),
        ['classes of val that the training split does not have'],
    ),
    'an empty class': (lambda root: (root / 'train/owl').mkdir(), ['folders without an image']),
    'one class': (lambda root: [shutil.rmtree(f) for f in root.glob('*/dog')], ['to tell apart']),
}


@pytest.mark.parametrize('fault', FAULTS)
def test_faults(fault, pets):
    spoil, expected = FAULTS[fault]
    spoil(pets)
    found = check(pets)
    assert len(found.problems) == len(expected), str(found)
    for words in expected:
        assert words in str(found)


def test_twins_within_a_class_and_rare_classes_are_notes(pets):
    copy(pets, 'train/cat/0.png', 'train/cat/x.png')
    write_images(pets / 'train/owl', 61)
    for split in ('val', 'test'):
        write_images(pets / split / 'owl', 2)
    copy(pets, 'train/dog/0.png', 'train/dog/x.png')
    found = check(pets)
    assert found.clean, str(found)
    assert 'train/cat/x.png is train/cat/0.png' in str(found)
    assert 'less than 1/10' not in str(found)
    for file in (pets / 'train/cat').glob('[1-5].png'):
        file.unlink()
    assert 'less than 1/10 of the images that the largest class has (61): 1 (cat: 2)' in str(
        check(pets)
    )


def test_the_config_is_compared(pets):
    dataset = dict(type='CustomDataset', metainfo=dict(classes=('dog', 'cat')))
    model = dict(type='ImageClassifier', head=dict(type='LinearClsHead', num_classes=1000))
    cfg = Config(dict(model=model, train_dataloader=dict(dataset=dataset)))
    said = str(check(pets, config=cfg))
    assert 'model.head.num_classes=1000' in said
    assert 'classes that have another label in the metainfo of the config: 2' in said


def test_a_layout_that_is_asked_for(pets):
    assert check(pets, layout='imagefolder').clean


def test_sizes():
    def decoded(*sizes):
        return [DecodedImage(header=Header(size)) for size in sizes]

    assert sizes_text([DecodedImage()]) == 'sizes of the images: none can be read'
    text = sizes_text(decoded((30, 40), (10, 20), (600, 800), (30, 50)))
    assert text == 'sizes of the images: 20x10 px to 800x600 px, half of them up to 50x30 px'
