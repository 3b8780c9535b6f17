"""XML files find their images, whatever the folders are called."""

import shutil

import pytest
from folders import voc_xml
from voc_tree import write_tree

from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.voc.files import find_voc_files, holds_voc


def find(root, files='', **texts):
    findings = Findings(stop=False)
    found = find_voc_files(write_tree(root, files, **texts), findings)
    return found, [f'{finding.name}: {finding.count}' for finding in findings]


# What is in the folder; the image of each XML file.
PAIRS = {
    'VOC': (
        'Annotations/a.xml JPEGImages/a.jpg SegmentationClass/a.png SegmentationObject/a.png',
        {'Annotations/a.xml': 'JPEGImages/a.jpg'},
    ),
    'Oxford pets': (
        'annotations/xmls/a.xml annotations/trimaps/a.png images/a.jpg',
        {'annotations/xmls/a.xml': 'images/a.jpg'},
    ),
    'images at the root': ('xmls/a.xml a.JPG', {'xmls/a.xml': 'a.JPG'}),
    'LabelImg': (
        'data/a.xml data/a.png more/a.xml more/a.png',
        {'data/a.xml': 'data/a.png', 'more/a.xml': 'more/a.png'},
    ),
    'beside, though images/ has one': (
        'x/a.xml x/a.jpg images/a.jpg',
        {'x/a.xml': 'x/a.jpg'},
    ),
    'two sets': (
        'VOC2007/Annotations/a.xml VOC2007/pics/a.jpg new/Annotations/a.xml new/images/a.jpg',
        {
            'VOC2007/Annotations/a.xml': 'VOC2007/pics/a.jpg',
            'new/Annotations/a.xml': 'new/images/a.jpg',
        },
    ),
    'split in both': (
        'labels/train/a.xml labels/val/a.xml images/train/a.webp images/val/a.tif',
        {
            'labels/train/a.xml': 'images/train/a.webp',
            'labels/val/a.xml': 'images/val/a.tif',
        },
    ),
    'images in folders of classes (NEU-DET)': (
        'train/annotations/{a,b}.xml train/images/{crazing/a,patches/b}.jpg',
        {
            'train/annotations/a.xml': 'train/images/crazing/a.jpg',
            'train/annotations/b.xml': 'train/images/patches/b.jpg',
        },
    ),
    'other letter case': (
        'xml/IMG_1.xml img/img_1.JPG',
        {'xml/IMG_1.xml': 'img/img_1.JPG'},
    ),
    'suffix of the image kept': (
        'xml/a.jpg.xml img/a.jpg',
        {'xml/a.jpg.xml': 'img/a.jpg'},
    ),
    'of another split': ('train/a.xml val/a.jpg', {}),
    'trainval in one': (
        'Annotations/{train,val}/a.xml JPEGImages-trainval/train/a.jpg JPEGImages-test/b.jpg',
        {'Annotations/train/a.xml': 'JPEGImages-trainval/train/a.jpg'},
    ),
}


@pytest.mark.parametrize('layout', PAIRS)
def test_pairs(layout, tmp_path):
    files, pairs = PAIRS[layout]
    found, _ = find(tmp_path, files)
    assert found.images == pairs
    assert {*found.images, *found.alone} == {*found.xmls}


def test_one_xml_file_for_each_image(tmp_path):
    found, said = find(tmp_path, 'Annotations/a.xml backup/{a,b}.xml JPEGImages/a.jpg')
    assert found.images == {'Annotations/a.xml': 'JPEGImages/a.jpg'}
    assert found.alone == ['backup/b.xml']
    assert said == ['XML files whose image another XML file is about, too, not used: 1']


def test_copies_are_read_once(tmp_path):
    """An archive with everything in it twice, a set that only counts alike, and a split."""
    write_tree(tmp_path, 'set/xmls/{a,b}.xml set/images/{a,b}.jpg')
    shutil.copytree(tmp_path / 'set', tmp_path / 'set/set')
    shutil.copytree(tmp_path / 'set/set', tmp_path / 'val')
    shutil.copytree(tmp_path / 'val', tmp_path / 'other')
    (tmp_path / 'other/images/a.jpg').write_text('another picture')
    (tmp_path / 'other/xmls/b.xml').write_text(voc_xml())
    found, said = find(tmp_path)
    assert list(found.images) == [
        f'{xml}.xml'
        for home in ('other', 'set', 'val')
        for xml in (f'{home}/xmls/a', f'{home}/xmls/b')
    ]
    assert said == ['XML files that are copies of others, and their images too, not used: 2']


def test_images_that_several_fit_or_none(tmp_path):
    found, said = find(tmp_path, 'xmls/a.xml pics/{a.png,a.jpg,b.jpg}')
    assert found.images == {'xmls/a.xml': 'pics/a.jpg'}
    assert said == [
        'XML files that several images fit, read for the first of them: 1',
        'images without an XML file, not used: 2',
    ]


def test_filename_tells_the_image_where_the_name_does_not(tmp_path):
    write_tree(tmp_path, 'x/{1,2,3,4}.xml pics/a.jpg pics/4.jpg')
    names = {'1': 'C:\\me\\a.png', '2': 'a', '3': 'gone.jpg', '4': 'a.jpg'}
    for stem, name in names.items():
        xml = voc_xml().replace('<size>', f'<filename>{name}</filename><size>')
        (tmp_path / f'x/{stem}.xml').write_text(xml)
    found, said = find(tmp_path)
    assert found.images == {'x/1.xml': 'pics/a.jpg', 'x/4.xml': 'pics/4.jpg'}
    assert found.alone == ['x/2.xml', 'x/3.xml']
    assert said == ['XML files named otherwise than their image, found by <filename>: 1']


def test_xml_of_other_kinds(tmp_path):
    """A file of a map program beside each image, and one for all images of another tool."""
    write_tree(tmp_path, 'Annotations/a.xml JPEGImages/a.tif JPEGImages/a.tif.aux.xml')
    (tmp_path / 'JPEGImages/a.tif.xml').write_text('<metadata/>')
    (tmp_path / 'annotations.xml').write_text('<annotations/>')
    (tmp_path / '.idea').mkdir()
    (tmp_path / '.idea/x.xml').write_text('<project/>')
    found, said = find(tmp_path)
    assert found.images == {'Annotations/a.xml': 'JPEGImages/a.tif'}
    assert said == ['XML files with another root element than <annotation>, not used: 2']
    assert not found.alone


def test_annotation_has_to_be_the_root_element(tmp_path):
    (tmp_path / 'a.xml').write_text('<data><annotation/></data>')
    assert find_voc_files(tmp_path, Findings()) is None


def test_xml_files_without_suffix(tmp_path):
    """As in Stanford Dogs."""
    write_tree(tmp_path, 'Images/n1/a.jpg README LICENSE')
    (tmp_path / 'Annotation/n1').mkdir(parents=True)
    (tmp_path / 'Annotation/n1/a').write_text(voc_xml())
    assert find(tmp_path)[0].images == {'Annotation/n1/a': 'Images/n1/a.jpg'}


def test_only_files_count(tmp_path):
    write_tree(tmp_path, 'Annotations/{a,b,c}.xml JPEGImages/c.jpg')
    (tmp_path / 'JPEGImages/a.jpg').mkdir()
    (tmp_path / 'JPEGImages/b.jpg').symlink_to('gone')
    found, _ = find(tmp_path)
    assert (found.alone, list(found.images)) == (
        ['Annotations/a.xml', 'Annotations/b.xml'],
        ['Annotations/c.xml'],
    )


@pytest.mark.parametrize(
    ('text', 'is_voc'),
    [
        ('<annotation>', True),
        (
            '\ufeff<?xml version="1.0"?>\n<!-- mine -->\n<annotation verified="yes">',
            True,
        ),
        ('<annotations>', False),
        ('', False),
    ],
)
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-16'])
def test_what_is_voc(text, is_voc, encoding, tmp_path):
    (tmp_path / 'deep/er').mkdir(parents=True)
    (tmp_path / 'deep/er/a.xml').write_text(text, encoding=encoding)
    assert holds_voc(tmp_path) == is_voc
    assert (find_voc_files(tmp_path, Findings()) is not None) == is_voc
