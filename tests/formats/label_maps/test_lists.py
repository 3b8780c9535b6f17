"""Lists of the images of each split, in all the ways they are written."""

from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.lists import split_by_lists
from res2net_mm.formats.label_maps.tree import TreeFile, place_of


def images_of(root: Path, *names: str) -> list[TreeFile]:
    paths = [Path(name) for name in names]
    return [TreeFile(str(root / p.parent), p.name, place_of(str(p.parent))) for p in paths]


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('\n'.join(lines))
    return file


def names(splits):
    return {split: [image.name for image in images] for split, (_, images) in splits.items()}


@pytest.mark.parametrize(
    'line',
    ['a 1', 'a 1.jpg', 'A 1.JPG', './images/a 1.jpg', 'C:\\set\\images\\a 1.jpg', 'a 1.png'],
)
def test_lines(line, tmp_path):
    images = images_of(tmp_path, 'images/a 1.jpg', 'images/b.jpg')
    file = write(tmp_path / 'Train.txt', line, line)
    findings = Findings()
    assert names(split_by_lists(images, [file], findings)) == {'train': ['a 1.jpg']}
    assert findings == []


def test_a_line_may_name_the_label_map_too(tmp_path):
    images = images_of(tmp_path, 'images/a.jpg', 'images/b.jpg')
    lines = ('/SegNet/CamVid/train/a.png /SegNet/CamVid/trainannot/a.png', 'b 1')
    file = write(tmp_path / 'train.txt', *lines)
    assert names(split_by_lists(images, [file], Findings())) == {'train': ['a.jpg', 'b.jpg']}


def test_lists_for_segmentation_are_taken_and_what_is_missing_is_named(tmp_path):
    images = images_of(tmp_path, 'JPEGImages/a.jpg', 'JPEGImages/b.jpg')
    files = [
        write(tmp_path / 'ImageSets/Main/train.txt', 'a', 'b'),
        write(tmp_path / 'ImageSets/Segmentation/train.txt', 'a', 'x'),
        write(tmp_path / 'ImageSets/Segmentation/val.txt', 'b'),
    ]
    findings = Findings()
    assert names(split_by_lists(images, files, findings)) == {'train': ['a.jpg'], 'val': ['b.jpg']}
    (found,) = findings
    assert (found.file, found.examples) == (files[1], ('x',))
    assert names(split_by_lists(images, files[:1], findings)) == {'train': ['a.jpg', 'b.jpg']}


def test_two_sets_have_lists_of_their_own(tmp_path):
    images = images_of(tmp_path, 'VOC2007/JPEGImages/a.jpg', 'VOC2012/JPEGImages/a.jpg')
    files = [
        write(tmp_path / 'VOC2007/ImageSets/Segmentation/train.txt', 'a'),
        write(tmp_path / 'VOC2012/ImageSets/Segmentation/val.txt', 'a'),
    ]
    splits = split_by_lists(images, files, Findings())
    assert {split: found[0].folder for split, (_, found) in splits.items()} == {
        'train': str(tmp_path / 'VOC2007/JPEGImages'),
        'val': str(tmp_path / 'VOC2012/JPEGImages'),
    }


def test_a_second_list_of_a_split_is_named(tmp_path):
    images = images_of(tmp_path, 'images/a.jpg', 'images/b.jpg')
    files = [write(tmp_path / 'val.txt', 'a'), write(tmp_path / 'valid.txt', 'b')]
    findings = Findings()
    assert names(split_by_lists(images, files, findings)) == {'val': ['a.jpg']}
    assert "lists of the split 'val' not used" in findings[0].name
    assert findings[0].examples == ('valid.txt',)


def test_lists_of_other_things_are_named(tmp_path):
    images = images_of(tmp_path, 'images/a.jpg')
    findings = Findings()
    assert split_by_lists(images, [write(tmp_path / 'train.txt', 'x', '')], findings) == {}
    assert 'lists of splits that name no image' in findings[0].name
    files = [write(tmp_path / 'train.txt', 'x'), write(tmp_path / 'val.txt', 'a')]
    with pytest.raises(UserError, match=r'train.txt names no image that has a label map: x'):
        split_by_lists(images, files, findings)
