"""Lists of images are found, and their lines understood, as people write them."""

import json

import pytest
from voc_tree import write_tree

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.voc.files import find_voc_files
from res2net_mm.formats.boxes.voc.lists import find_lists

SET = 'Annotations/{a,b,c}.xml JPEGImages/{a,b,c}.jpg'


def lists(root, files='', **texts):
    """The lists by split, each with the XML files that it names; what was found."""
    findings = Findings(stop=False)
    found = find_lists(find_voc_files(write_tree(root, files, **texts), findings), findings)
    named = {
        f'{home}:{split}': {entry.file: [xml.rpartition('/')[2][:-4] for xml in entry.xmls]}
        for home, of_home in found.items()
        for split, entries in of_home.items()
        for entry in entries
    }
    return named, [f'{f.name}: {f.count} {f.examples}' for f in findings]


LINES = [
    'b',
    'b.jpg',
    'b.xml',
    'b.png',
    'b -1',
    'b  1',
    'JPEGImages/b.jpg',
    '/home/me/VOCdevkit/VOC2007/JPEGImages/b.jpg',
    'C:\\Users\\me\\b.JPG',
    '../../b',
    './JPEGImages/b.jpg ./Annotations/b.xml',
    'x/b.jpg 48,240,195,371,11 8,12,352,498,14',
    'B',
    '"b.jpg"',
    'b.jpg,dog',
]


@pytest.mark.parametrize('line', LINES)
@pytest.mark.parametrize('end', ['\n', '\r\n', ''])
def test_lines(line, end, tmp_path):
    write_tree(tmp_path, SET + ' ImageSets/Main/train.txt')
    (tmp_path / 'ImageSets/Main/train.txt').write_text(f'a{end or chr(10)}{line}{end}', newline='')
    found, said = lists(tmp_path)
    assert found == {':train': {'ImageSets/Main/train.txt': ['a', 'b']}}
    assert said == []


def test_names_with_spaces_and_dots(tmp_path):
    for name in ('my dog', 'my', 'v1.2'):
        write_tree(tmp_path, ImageSets__Main__train='')
        (tmp_path / 'Annotations').mkdir(exist_ok=True)
        (tmp_path / f'Annotations/{name}.xml').write_text('<annotation/>')
        (tmp_path / f'{name}.jpg').touch()
    (tmp_path / 'ImageSets/Main/train.txt').write_text('v1.2 1\nmy dog 1\n')
    assert lists(tmp_path)[0] == {':train': {'ImageSets/Main/train.txt': ['v1.2', 'my dog']}}


@pytest.mark.parametrize(
    'place',
    [
        'ImageSets/Main/Train',
        'ImageSets/TRAIN',
        'ImageSets/Default/training',
        'imagesets/main/train2012',
        'train',
        'Annotations/train',
        'Main/train',
        'splits/train',
        'ImageSets/Segmentation/train',
        'ImageSets/Main/dog_train',
        'ImageSets/CLS-LOC/train_loc',
        'train_list',
    ],
)
@pytest.mark.parametrize('suffix', ['.txt', '.lst'])
def test_places(place, suffix, tmp_path):
    write_tree(tmp_path, SET)
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / f'{place}{suffix}').write_text('a\nb\n')
    ((split, named),) = lists(tmp_path)[0].items()
    assert split.endswith(':train')
    assert named == {f'{place}{suffix}': ['a', 'b']}


def test_a_list_counts_for_the_set_that_it_lies_in(tmp_path):
    sets = '{VOC2007,new}/Annotations/a.xml {VOC2007,new}/JPEGImages/a.jpg'
    found, said = lists(
        tmp_path,
        sets,
        VOC2007__ImageSets__Main__train='a',
        new__ImageSets__Main__val='a',
    )
    assert found == {
        'VOC2007:train': {'VOC2007/ImageSets/Main/train.txt': ['a']},
        'new:val': {'new/ImageSets/Main/val.txt': ['a']},
    }
    assert said == []


def test_lists_of_one_class_are_taken_together(tmp_path):
    found = find_lists(
        find_voc_files(
            write_tree(
                tmp_path,
                SET,
                ImageSets__Main__dog_train='a b',
                ImageSets__Main__cat_train='c a',
            ),
            Findings(),
        ),
        Findings(),
    )
    assert [entry.file for entry in found['']['train']] == [
        'ImageSets/Main/cat_train.txt',
        'ImageSets/Main/dog_train.txt',
    ]


def test_of_several_lists_of_a_split_the_usual_one_is_taken(tmp_path):
    found, said = lists(
        tmp_path,
        SET,
        ImageSets__Main__train='a b',
        ImageSets__Main__dog_train='b',
        ImageSets__Main__training='a',
        ImageSets__Segmentation__train='c',
        train='b a',
        val='c',
    )
    assert found == {
        ':train': {'ImageSets/Main/train.txt': ['a', 'b']},
        ':val': {'val.txt': ['c']},
    }
    assert said == [
        "lists of the split 'train' not used beside ImageSets/Main/train.txt: 1 "
        "('ImageSets/Main/training.txt',)"
    ]


def test_lists_in_json(tmp_path):
    """As in the annotated potholes of Kaggle."""
    write_tree(tmp_path, SET)
    content = {'train': ['a.xml', 'b.xml'], 'test': ['c.xml'], 'note': ['mine']}
    (tmp_path / 'splits.json').write_text(json.dumps(content))
    assert lists(tmp_path)[0] == {
        ':train': {'splits.json': ['a', 'b']},
        ':test': {'splits.json': ['c']},
    }


def test_texts_that_are_no_lists(tmp_path):
    files = f'{SET} JPEGImages/train.jpg Annotations/train.xml'
    found, said = lists(
        tmp_path,
        files,
        JPEGImages__train='0 0.5 0.5 0.1 0.1',  # YOLO's labels of an image of this name
        test_notes='a was hard to label',
        train_log='a epoch loss',
        classes='a',
    )
    (tmp_path / 'test_split.json').write_text('{broken')
    (tmp_path / 'val.txt').mkdir()
    assert (found, said) == ({}, [])
    assert lists(tmp_path) == ({}, [])


def test_what_a_list_names_in_vain(tmp_path):
    files = 'Annotations/{x,y}/1.xml Annotations/2.xml JPEGImages/{x,y}/1.jpg JPEGImages/2.jpg'
    found, said = lists(
        tmp_path, files, ImageSets__Main__train='y/1 1 3 2', ImageSets__Main__val='3 4'
    )
    assert found == {
        ':train': {'ImageSets/Main/train.txt': ['1', '2']},
        ':val': {'ImageSets/Main/val.txt': []},
    }
    assert said == [
        "images without an XML file, left out: 1 ('3',)",
        "names that several XML files have, left out: 1 ('1',)",
        "images without an XML file, left out: 2 ('3', '4')",
    ]


@pytest.mark.parametrize(
    ('lines', 'says'),
    [
        ('x y', 'images without an XML file.*: 2 .*x, y'),
        ('', 'names of images to train on: 0'),
    ],
)
def test_lists_to_train_on_that_name_nothing_are_an_error(lines, says, tmp_path):
    write_tree(tmp_path, SET, ImageSets__Main__train=lines, ImageSets__Main__val='a')
    with pytest.raises(UserError, match=rf'train\.txt: {says}'):
        find_lists(find_voc_files(tmp_path, Findings()), Findings())
    write_tree(tmp_path, ImageSets__Main__trainval='a b')
    find_lists(find_voc_files(tmp_path, Findings()), Findings())


def test_a_list_that_cannot_be_read(tmp_path):
    write_tree(tmp_path, SET, train='a b')
    (tmp_path / 'test.txt').write_text('a', encoding='utf-16')
    found, said = lists(tmp_path)
    assert list(found) == [':train']
    assert said[0].startswith('a text that is not used')
    (tmp_path / 'ImageSets').mkdir()
    (tmp_path / 'test.txt').rename(tmp_path / 'ImageSets/test.txt')
    with pytest.raises(UserError, match=r'ImageSets/test\.txt is not text'):
        lists(tmp_path)


def test_lists_of_unknown_names_are_told(tmp_path):
    found, said = lists(tmp_path, SET, ImageSets__Main__fold1='a b', ImageSets__notes='mine')
    assert (found, said) == (
        {},
        [
            'lists in ImageSets whose names stand for no split, not used: 1 '
            "('ImageSets/Main/fold1.txt',)"
        ],
    )
