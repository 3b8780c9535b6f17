import base64
import io
import zlib

import numpy as np
import pytest
from folders import write_image, write_json
from PIL import Image
from tool_folders import CAT, DOG, check_folder, write_supervisely

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.supervisely import SUPERVISELY


def test_a_project(tmp_path):
    check_folder(write_supervisely(tmp_path / 'set'), tmp_path / 'out', 'supervisely')


def read(root, *objects, size=True):
    write_image(root / 'ds/img/a.png')
    size = {'height': 60, 'width': 80} if size else None
    content = {'description': '', 'size': size, 'objects': [*objects]}
    write_json(root / 'ds/ann/a.png.json', content)
    findings = Findings()
    (split,) = SUPERVISELY.read(root, findings).values()
    return split.content, findings


def shape(kind, exterior, interior=(), label='a'):
    points = {'exterior': exterior, 'interior': [*interior]}
    return {'classTitle': label, 'geometryType': kind, 'points': points}


@pytest.mark.parametrize('mode', ['RGBA', 'L'])
@pytest.mark.parametrize('size', [True, False])
def test_bitmaps(mode, size, tmp_path):
    bits = np.zeros((4, 6), np.uint8)
    bits[1:, 2:5] = 255
    picture = Image.fromarray(bits)
    if mode == 'RGBA':
        picture = Image.merge('RGBA', [Image.new('L', picture.size)] * 3 + [picture])
    stream = io.BytesIO()
    picture.save(stream, 'PNG')
    data = base64.b64encode(zlib.compress(stream.getvalue())).decode()
    entry = {
        'classTitle': 'a',
        'geometryType': 'bitmap',
        'bitmap': {'data': data, 'origin': [10, 20]},
    }
    (mask,) = read(tmp_path, shape('rectangle', DOG), entry, size=size)[0]['annotations'][1:]
    assert (mask['bbox'], mask['area']) == ([12, 21, 3, 3], 9)


def test_holes_of_polygons_are_not_filled(tmp_path):
    square = [(10, 10), (30, 10), (30, 30), (10, 30)]
    hole = [(15, 15), (25, 15), (25, 25), (15, 25)]
    (mask,) = read(tmp_path, shape('polygon', square, [hole]))[0]['annotations']
    assert (mask['bbox'], mask['area']) == ([10, 10, 20, 20], 300)


def test_classes_are_in_the_order_of_the_project(tmp_path):
    write_json(tmp_path / 'meta.json', {'classes': [{'title': 'z'}, {'title': 'a'}, 7]})
    content, _ = read(tmp_path, shape('rectangle', DOG))
    assert [category['name'] for category in content['categories']] == ['z', 'a']


def test_what_is_no_box_or_cannot_be_read_is_counted(tmp_path):
    content, findings = read(
        tmp_path,
        shape('point', [(1, 2)]),
        shape('line', CAT),
        shape('rectangle', CAT),
        shape('polygon', DOG),
        {'classTitle': 'a', 'geometryType': 'bitmap', 'bitmap': {'data': 'x', 'origin': [0, 0]}},
        shape('rectangle', DOG),
    )
    assert len(content['annotations']) == 1
    assert [(f.name, f.count) for f in findings] == [
        ('objects drawn as point, not used', 1),
        ('objects drawn as line, not used', 1),
        ('objects that cannot be read, left out', 3),
    ]


def test_a_broken_file_is_one_error(tmp_path):
    write_supervisely(tmp_path)
    write_json(tmp_path / 'train/ann/train_0.jpg.json', '{"objects": [{"classTitle": ')
    with pytest.raises(UserError, match=r'train_0\.jpg\.json is not a JSON file'):
        recognise(tmp_path, tmp_path / 'out')
    write_json(tmp_path / 'train/ann/train_0.jpg.json', {'classTitle': 'a'})
    with pytest.raises(UserError, match=r'train_0\.jpg\.json has no list objects'):
        recognise(tmp_path, tmp_path / 'out')
