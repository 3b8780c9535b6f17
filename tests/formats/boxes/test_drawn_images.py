from pathlib import Path

import pytest
from folders import write_image

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.findings import NOTE

BOX = [(1, 2), (4, 6)]


@pytest.fixture
def images(tmp_path):
    for path in ('a.jpg', 'train/b.jpg', 'val/c.jpg'):
        write_image(tmp_path / path)
    return DrawnImages(tmp_path, Findings(stop=False))


def names_of(splits):
    return {name: [i['file_name'] for i in s.content['images']] for name, s in splits.items()}


def draw(images, image, *labels):
    for label in labels:
        images.draw(image, label, lambda entry: Drawn(entry, BOX))


def test_folders_of_images_name_their_split(images):
    file = images.root / 'x.json'
    for name in ('a.jpg', 'b.jpg', 'c.jpg'):
        draw(images, images.image(file, name), name)
    splits = images.as_splits()
    expected = {'all': ['a.jpg'], 'train': ['train/b.jpg'], 'val': ['val/c.jpg']}
    assert names_of(splits) == expected
    assert {split.file for split in splits.values()} == {file}
    assert not images.findings
    assert names_of(DrawnImages(images.root, Findings()).as_splits()) == {}


def test_the_split_of_a_file_comes_first(images):
    images.image(images.root / 'test.json', 'b.jpg', split='test')
    assert names_of(images.as_splits()) == {'test': ['train/b.jpg']}


def test_classes_are_those_of_the_tool_then_by_alphabet(images):
    draw(images, images.image(images.root / 'x', 'a.jpg'), 'd', 'b', 'c')
    (split,) = images.as_splits(['c', 'e']).values()
    assert [c['name'] for c in split.content['categories']] == ['c', 'e', 'b', 'd']


def test_sizes_are_those_of_the_file_or_the_image(images):
    sizes = {'a.jpg': (5, '6'), 'b.jpg': (0, 6), 'c.jpg': (None, 6)}
    for name, size in sizes.items():
        images.image(images.root / 'x', name, size, 'train')
    (split,) = images.as_splits().values()
    found = [(i['height'], i['width']) for i in split.content['images']]
    assert found == [(5, 6), (60, 80), (60, 80)]


def test_images_that_cannot_be_read_for_their_size_are_named(images):
    (images.root / 'a.jpg').write_text('no image')
    images.image(images.root / 'x', 'a.jpg')
    images.as_splits()
    assert 'cannot be read to find it: 1 (image ' in str(images.findings[-1])


def test_an_image_of_two_files_is_read_from_that_with_more(images):
    for name, labels in (('p', 'ab'), ('q', 'abc'), ('r', 'abc'), ('s', '')):
        draw(images, images.image(images.root / name, 'a.jpg'), *labels)
    (split,) = images.as_splits().values()
    assert (split.file.name, len(split.content['annotations'])) == ('q', 3)
    said = [(finding.name, finding.severity) for finding in images.findings[:2]]
    assert said == [
        ('images of p whose objects another file has in greater number, which are used', 1),
        ('images of r whose objects another file has, read once', 0),
    ]


def test_images_that_are_not_there_are_an_error_with_their_objects(images):
    draw(images, images.image(images.root / 'x', 'old/gone.jpg'), 'a', 'b')
    images.image(images.root / 'x', 'a.jpg')
    images.as_splits()
    assert 'named and not there, with 2 objects: 1 (old/gone.jpg)' in str(images.findings[0])
    images.findings.stop = True
    with pytest.raises(UserError, match='Fix: put them into the folder'):
        images.as_splits()


def test_how_much_they_matter_is_the_reader_s_to_say_unless_none_is_there(tmp_path):
    images = DrawnImages(tmp_path, Findings(stop=False), NOTE)
    images.image(tmp_path / 'x', 'gone.jpg')
    with pytest.raises(UserError, match='named and not there'):
        images.as_splits()
    write_image(tmp_path / 'a.jpg')
    images = DrawnImages(tmp_path, Findings(), NOTE)
    for name in ('gone.jpg', 'a.jpg', 'gone.jpg'):
        images.image(tmp_path / 'x', name)
    assert names_of(images.as_splits()) == {'all': ['a.jpg']}
    assert [(finding.severity, finding.count) for finding in images.findings] == [(NOTE, 1)]


def test_images_are_found_by_names_without_suffix(images):
    assert images.find('b') == 'train/b.jpg'
    assert images.find('C:\\old\\VAL\\C') == 'val/c.jpg'
    assert images.find('d') is None


def test_points_may_be_shares_of_the_sides(images):
    images.in_shares = True
    image = images.image(images.root / 'x', 'a.jpg')
    images.draw(image, 'a', lambda entry: Drawn(entry, [(0.25, 0.5), (0.5, 1)]))
    (split,) = images.as_splits().values()
    assert split.content['annotations'][0]['bbox'] == [20, 30, 20, 30]


def test_a_name_that_is_none_is_an_error(images):
    with pytest.raises(UserError, match='x: 7 is not a name of an image'):
        images.image(Path('x'), 7)


def test_classes_are_texts_or_whole_numbers():
    assert [class_name(value) for value in (' cat ', 3)] == ['cat', '3']
    for value in ('', ' ', None, 1.5, ['cat']):
        with pytest.raises(ValueError, match='without a class'):
            class_name(value)
