import pytest
from folders import write_image
from tool_folders import check_folder, write_openimages, write_text

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.openimages import OPENIMAGES
from res2net_mm.formats.findings import NOTE


@pytest.mark.parametrize(
    'file',
    ['{}-annotations-bbox.csv', 'csv/oidv6-{}-annotations-bbox.csv', '{}/labels/detections.csv'],
)
def test_places_of_the_files(file, tmp_path):
    write_openimages(tmp_path / 'set', file)
    check_folder(tmp_path / 'set', tmp_path / 'out', 'openimages', polygons=False)


def read(root, *rows, names=('/m/1,cat',)):
    write_image(root / 'a.jpg')
    head = 'ImageID,LabelName,XMin,XMax,YMin,YMax,IsGroupOf'
    write_text(root / 'b.csv', [head, *rows])
    if names:
        write_text(root / 'class-descriptions.csv', [*names])
    findings = Findings()
    (split,) = OPENIMAGES.read(root, findings).values()
    return split, findings


def test_groups_are_crowds_and_a_line_of_names_is_passed_over(tmp_path):
    names = ('LabelName,DisplayName', '/m/1,cat')
    rows = ['a,/m/1,0.25,0.5,0,1,1', 'A,/m/1,0,1,0,1,0']
    split, findings = read(tmp_path, *rows, names=names)
    assert [(a['bbox'], a['iscrowd']) for a in split.content['annotations']] == [
        ([20, 0, 20, 60], 1),
        ([0, 0, 80, 60], 0),
    ]
    assert split.content['categories'] == [{'id': 1, 'name': 'cat'}]
    assert not findings


def test_images_that_were_not_downloaded_are_counted_once(tmp_path):
    rows = ['a,/m/1,0,1,0,1,0', 'b,/m/1,0,1,0,1,0', 'b,/m/1,0,1,0,1,0', 'c,/m/1,0,1,0,1,0']
    split, (finding,) = read(tmp_path, *rows)
    assert len(split.content['images']) == 1
    assert finding.name == 'images that are named and not there, with 3 objects'
    assert (finding.count, finding.severity) == (2, NOTE)


def test_classes_without_a_description_keep_their_codes(tmp_path):
    rows = ['a,/m/1,0,1,0,1,0', 'a,/m/2,0,1,0,1,0']
    split, (finding,) = read(tmp_path, *rows)
    assert [c['name'] for c in split.content['categories']] == ['/m/2', 'cat']
    assert (finding.count, finding.examples) == (1, ('/m/2',))
    (tmp_path / 'class-descriptions.csv').unlink()
    assert read(tmp_path, *rows, names=())[0].names_from == 'no file names them'


def test_boxes_that_cannot_be_read_are_named(tmp_path):
    rows = ['a,/m/1,0,1,0,1,0', 'a,/m/1,x,1,0,1,0', 'a,/m/1,0,1']
    split, (finding,) = read(tmp_path, *rows)
    assert len(split.content['annotations']) == 1
    assert (finding.name, finding.count) == ('objects that cannot be read, left out', 2)


def test_without_any_image_that_is_what_is_said(tmp_path):
    write_openimages(tmp_path)
    for file in tmp_path.glob('*/*.jpg'):
        file.unlink()
    with pytest.raises(UserError, match=r'named and not there, with 6 objects: 4 \(train_0, '):
        recognise(tmp_path, tmp_path / 'out')
