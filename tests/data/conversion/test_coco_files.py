"""COCO layout is written, with all that a COCO file held."""

import json

from folders import write_coco, write_json

from res2net_mm.data.conversion.convert_data import convert_data
from tests.data.conversion.converted import lost


def test_coco_keeps_all_that_it_held(tmp_path):
    root = write_coco(tmp_path / 'set', splits=('train',))
    file = root / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    content['info'] = {'year': 2017}
    content['categories'] = [{'id': 3, 'name': 'cat'}, {'id': 7, 'name': 'dog', 'colour': 'red'}]
    for entry in content['annotations']:
        entry.update(category_id=7, iscrowd=1, attributes={'occluded': True})
    content['annotations'][0]['bbox'] = [5, 5, 0, 3]
    write_json(file, content)
    said = convert_data(root, tmp_path / 'out', to='coco')
    new = json.loads((tmp_path / 'out/annotations/instances_train.json').read_text())
    assert new == content
    assert lost(said) == {}
