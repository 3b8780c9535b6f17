"""Label files are known by their suffix and how they begin."""

import json

import pytest
from folders import YOLO_LINE, coco_content, voc_xml

from res2net_mm.formats import READERS, Findings
from res2net_mm.formats.findings import NOTE
from res2net_mm.formats.unread_labels import is_label_file, name_unread

OF = {reader.name: reader for reader in READERS}
COCO_TEXT = json.dumps(coco_content(['a.jpg']))


@pytest.mark.parametrize(
    ('layout', 'text', 'is_one'),
    [
        ('coco', COCO_TEXT, True),
        ('coco', '{"info": {}, "annotations": []}', True),
        ('coco', '[{"image_id": 1, "score": 0.5}]', False),
        ('voc', voc_xml(), True),
        ('voc', '\n<?xml version="1.0"?><annotation verified="yes"/>', True),
        ('voc', '<annotations/>', False),
        ('yolo', YOLO_LINE, True),
        ('yolo', '\n0 0.5 0.5 0.5 0.5 0.9\n', True),
        ('yolo', '0 0.5 0.5', False),
        ('yolo', 'dog 0.5 0.5 0.5 0.5', False),
    ],
)
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16'])
def test_a_label_file_is_known_by_its_beginning(layout, text, is_one, encoding, tmp_path):
    reader = OF[layout]
    file = tmp_path / f'a{reader.label_suffix}'
    file.write_text(text, encoding=encoding)
    assert is_label_file(file, reader) == is_one
    assert not is_label_file(file.rename(tmp_path / 'a.csv'), reader)


def test_what_cannot_be_opened_is_no_label_file(tmp_path):
    (tmp_path / 'a.json').mkdir()
    assert not is_label_file(tmp_path / 'a.json', OF['coco'])


def test_only_labels_of_other_layouts_are_named(tmp_path):
    (tmp_path / 'a.json').write_text(COCO_TEXT)
    for name in ('a.xml', 'below/b.XML'):
        (tmp_path / 'below').mkdir(exist_ok=True)
        (tmp_path / name).write_text(voc_xml())
    findings = Findings()
    name_unread(tmp_path, READERS, [OF['coco']], NOTE, findings)
    assert [(f.count, f.examples) for f in findings] == [(2, ('a.xml', 'below/b.XML'))]
    assert 'label files of VOC layout that are not used, as COCO layout is read' in findings[0].name
    name_unread(tmp_path, READERS, [OF['coco'], OF['voc']], NOTE, findings)
    assert len(findings) == 1
