"""One XML file: what the tools that write VOC's format have in it."""

import math

import pytest
from folders import voc_xml, write_image

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.voc.annotation import NO_BOX, read_annotation


def read(tmp_path, text):
    (tmp_path / 'a.xml').write_text(text)
    return read_annotation(f'{tmp_path}/a.xml', f'{tmp_path}/a.png')


def one(tmp_path, inside):
    text = voc_xml().replace('</annotation>', '')
    entries = read(tmp_path, f'{text}<object><name>x</name>{inside}</object></annotation>').objects
    assert len(entries) == 2
    return entries[1]


def test_boxes(tmp_path):
    found = read(tmp_path, voc_xml([('dog', 1, 2, 30, 40), (' my cat ', '1.5', '2e0', 3, 4, 'd')]))
    assert (found.height, found.width, found.guessed) == (60, 80, None)
    assert [tuple(entry) for entry in found.objects] == [
        ('dog', (1, 2, 30, 40), False, []),
        ('my cat', (1.5, 2, 3, 4), True, []),
    ]


@pytest.mark.parametrize('size', [None, (0, 0), ('', 60), ('nan', 60), ('inf', 60), (-1, 60)])
def test_the_size_of_the_image_where_the_file_has_none(size, tmp_path):
    write_image(tmp_path / 'a.png', 44, 55)
    found = read(tmp_path, voc_xml(size=size))
    assert (found.height, found.width) == (44, 55)


def test_an_object_may_lack_everything_but_its_name(tmp_path):
    assert one(tmp_path, '')[1:] == (NO_BOX, False, [])


@pytest.mark.parametrize('edge', ['', 'nine', '1,5', 'nan', 'inf'])
def test_edges_that_are_no_numbers(edge, tmp_path):
    (entry,) = read(tmp_path, voc_xml([('x', 1, 2, edge, 4)])).objects
    assert entry.corners[:2] == (1, 2)
    assert not math.isfinite(entry.corners[2])


def test_parts_of_objects_are_no_objects(tmp_path):
    part = '<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>'
    box = '<bndbox><xmin>5</xmin><ymin>6</ymin><xmax>7</xmax><ymax>8</ymax></bndbox>'
    assert one(tmp_path, part + box).corners == (5, 6, 7, 8)


# What an object has inside; its outline.
OUTLINES = {
    'LabelMe': (
        '<polygon><username>me</username><pt><x>1</x><y>2</y></pt><pt><x>3</x><y>2</y></pt>'
        '<pt><x>3</x><y>9</y></pt></polygon>',
        [(1, 2), (3, 2), (3, 9)],
    ),
    'Roboflow': (
        '<polygon><x1>1</x1><y1>2</y1><x2>3</x2><y2>2</y2><x3>3</x3><y3>9</y3></polygon>',
        [(1, 2), (3, 2), (3, 9)],
    ),
    'roLabelImg': (
        '<robndbox><cx>20</cx><cy>10</cy><w>8</w><h>4</h><angle>1.5707963267948966</angle></robndbox>',
        [(22, 6), (22, 14), (18, 14), (18, 6)],
    ),
    'DIOR': (
        '<robndbox><x_left_top>1</x_left_top><y_left_top>2</y_left_top><x_right_top>3</x_right_top>'
        '<y_right_top>1</y_right_top><x_right_bottom>4</x_right_bottom><y_right_bottom>5'
        '</y_right_bottom><x_left_bottom>2</x_left_bottom><y_left_bottom>6</y_left_bottom></robndbox>',
        [(1, 2), (3, 1), (4, 5), (2, 6)],
    ),
    'two points': ('<polygon><pt><x>1</x><y>2</y></pt><pt><x>3</x><y>2</y></pt></polygon>', []),
    'no numbers': ('<polygon><x1>1</x1><y1>a</y1><x2>3</x2><y2>2</y2><x3/><y3/></polygon>', []),
    'a turned box of nothing': ('<robndbox><cx>20</cx><angle>0</angle></robndbox>', []),
}


@pytest.mark.parametrize('tool', OUTLINES)
def test_outlines(tool, tmp_path):
    inside, outline = OUTLINES[tool]
    entry = one(tmp_path, inside)
    assert entry.corners is NO_BOX
    assert entry.outline == [pytest.approx(point) for point in outline]


def test_what_was_deleted_is_left_out(tmp_path):
    text = voc_xml([('', 1, 1, 2, 2)]).replace('<object>', '<object><deleted>1</deleted>')
    assert read(tmp_path, text).objects == []


@pytest.mark.parametrize(
    ('text', 'says'),
    [
        ('<annotations/>', 'has the root element <annotations>, not <annotation>'),
        ('<annotation>', 'cannot be read as XML'),
        (voc_xml([('', 1, 1, 2, 2)]), 'an object has no <name>; give it its class'),
        (voc_xml(size=None), r'a\.png cannot be read'),
    ],
)
def test_what_cannot_be_used(text, says, tmp_path):
    with pytest.raises(UserError, match=says):
        read(tmp_path, text)
