"""Tables of classes in every format that people write them in."""

import json
from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.class_table import Entry, read_table, table_files, table_folders

RED, BLUE = 0xFF0000, 0x0000FF
PLAIN = [Entry('a', 0), Entry('b c', 1)]
COLOURED = [Entry('a', 0, RED), Entry('b c', 1, BLUE)]
TABLES = {
    'class_dict.csv': ('name,r,g,b\na,255,0,0\nb c,0,0,255\n', COLOURED),
    'class_dict_seg.csv': ('name, R, G, B\na, 255, 0, 0\nb c, 0, 0, 255\n', COLOURED),
    'classes.csv': ('id;x\n', None),
    '_classes.csv': ('Pixel Value, Class\n0, a\n1, b c', PLAIN),
    'labelmap.txt': ('# label:color_rgb:parts:actions\na:255,0,0::\nb c:0,0,255:x:y\n', COLOURED),
    'label_colors.txt': ('255 0 0\ta\n0 0 255\tb c\n', COLOURED),
    'labels.txt': ('a 255 0 0\nb c 0 0 255\n', COLOURED),
    'classes.txt': ('a\n\nb c\n', PLAIN),
    'codes.txt': ('3: a\n7: b c\n', [Entry('a', 3), Entry('b c', 7)]),
    'names.txt': ('a\n2 b\n', [Entry('a', 0), Entry('2 b', 1)]),
    'class_names.txt': (
        '__ignore__\n_background_\na',
        [Entry('_background_', 0), Entry('a', 1), Entry('__ignore__', 255)],
    ),
    'objectInfo150.txt': (
        'Idx\tRatio\tTrain\tVal\tStuff\tName\n1\t0.2\t11\t1\t1\ta\n2\t0.1\t9\t1\t1\tb c\n',
        [Entry('a', 1), Entry('b c', 2)],
    ),
    'config.yaml': ('train: x\nclasses:\n  0: a\n  1: b c\n', PLAIN),
    'data.yaml': ('names: [a, b c]\n', PLAIN),
}
JSON = {
    'names': (['a', 'b c'], PLAIN),
    'names by value': ({'0': 'a', '1': 'b c'}, PLAIN),
    'values by name': ({'a': 0, 'b c': 1}, PLAIN),
    'colours by name': ({'a': [255, 0, 0], 'b c': '#0000ff'}, COLOURED),
    'below a key': ({'info': {}, 'classes': ['a', 'b c']}, PLAIN),
    'rows': (
        [
            {'id': 0, 'name': 'a', 'color': [255, 0, 0]},
            {'id': 1, 'name': 'b c', 'color': '#0000FF'},
        ],
        COLOURED,
    ),
    'another thing': ({'version': '1.0', 'images': []}, None),
    'COCO': ({'images': [], 'categories': [{'id': 1, 'name': 'a'}]}, None),
}


@pytest.mark.parametrize('name', [name for name, (_, entries) in TABLES.items() if entries])
def test_tables(name, tmp_path):
    text, entries = TABLES[name]
    (tmp_path / name).write_text(text, encoding='utf-8-sig')
    table = read_table(tmp_path / name)
    assert table is not None
    assert [*table.entries] == entries
    assert table.source == f'named by {tmp_path / name}'


@pytest.mark.parametrize('what', JSON)
def test_json(what, tmp_path):
    content, entries = JSON[what]
    (tmp_path / 'classes.json').write_text(json.dumps(content))
    table = read_table(tmp_path / 'classes.json')
    assert (table and [*table.entries]) == entries


@pytest.mark.parametrize(
    ('name', 'text', 'reason'),
    [
        ('classes.txt', '\n', 'classes.txt is empty'),
        ('class_dict.csv', 'name,r,g,b\n', 'class_dict.csv is empty'),
        ('classes.txt', 'a\na\n', "names the class 'a' twice"),
        ('classes.txt', '\n'.join(map(str, range(300, 600))), '300'),
        ('_classes.csv', 'Pixel Value, Class\n0, a\n0, b', 'has the pixel value 0 twice'),
        ('_classes.csv', 'Pixel Value, Class\n0, a\n256, b', '256 and 0 to 255 is allowed'),
        ('config.yaml', 'a: [', 'is not YAML'),
        ('class_dict.csv', 'name,r,g,b\na,1,x,3', "colour of 'a' is 1,x,3; red"),
        ('labelmap.txt', 'a:1,300,3::', "colour of 'a' is 1,300,3; red, green and blue"),
        ('labelmap.txt', 'a:1,2,3::\nb:1,x,3::', "line 'b:1,x,3::' is not name:red"),
        ('classes.json', '{', 'is not a JSON file'),
    ],
)
def test_tables_that_make_no_sense_are_refused(name, text, reason, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=reason):
        read_table(tmp_path / name)


def test_one_colour_is_of_one_class(tmp_path):
    (tmp_path / 'labelmap.txt').write_text('a:1,2,3::\nb:1,2,3::\n')
    table = read_table(tmp_path / 'labelmap.txt')
    assert table is not None
    with pytest.raises(UserError, match=r"gives 'a' and 'b' the same colour #010203"):
        table.check_colours()


def test_where_tables_lie(tmp_path):
    maps = [tmp_path / 'data/masks/train/a.png', Path('/elsewhere/b.png')]
    folders = table_folders(tmp_path, maps)
    assert folders[:4] == [tmp_path, Path('/elsewhere'), tmp_path / 'data', tmp_path / 'data/masks']
    assert tmp_path / 'labels' in folders
    for name in ('data/Classes.TXT', 'data/class_dict.csv', 'labels/classes.txt', 'notes.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('a\n')
    found = [file.relative_to(tmp_path).as_posix() for file in table_files(folders)]
    assert found == ['data/class_dict.csv', 'data/Classes.TXT', 'labels/classes.txt']
