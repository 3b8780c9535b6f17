import json

import pytest
from folders import write_image, write_json
from tool_folders import check_folder, datumaro, write_datumaro

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.datumaro import DATUMARO


def test_splits(tmp_path):
    check_folder(write_datumaro(tmp_path / 'set'), tmp_path / 'out', 'datumaro')


def test_classes_are_in_the_order_of_the_file_and_what_is_no_box_is_counted(tmp_path):
    write_image(tmp_path / 'images/a.jpg', 44, 55)
    box = dict(type='bbox', label_id=1, bbox=[1, 2, 3, 4])
    others = [dict(type='label', label_id=0), dict(type='points', points=[1, 2])]
    broken = [{**box, 'label_id': 9}, {**box, 'bbox': [1, 2]}, 7]
    items = [dict(id='a', annotations=[box, *others, *broken])]  # neither path nor size
    write_json(tmp_path / 'annotations/default.json', datumaro(items, ('z', 'a')))
    findings = Findings()
    content = DATUMARO.read(tmp_path, findings)['all'].content
    assert [category['name'] for category in content['categories']] == ['z', 'a']
    assert [(a['category_id'], a['bbox']) for a in content['annotations']] == [(2, [1, 2, 3, 4])]
    assert [(i['height'], i['width']) for i in content['images']] == [(44, 55)]
    assert [(f.name, f.count) for f in findings] == [
        ('objects drawn as label, not used', 1),
        ('objects drawn as points, not used', 1),
        ('objects that cannot be read, left out', 3),
    ]


BROKEN = {
    'no labels': ({'categories': {'mask': {}}, 'items': []}, 'has no items, or no labels'),
    'no annotations': (datumaro([{'id': 'a'}], ('a',)), 'item 0 has no list annotations'),
}


@pytest.mark.parametrize(('content', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(content, message, tmp_path):
    write_datumaro(tmp_path)
    write_json(tmp_path / 'annotations/train.json', json.dumps(content))
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')
