import pytest
from folders import write_image
from tool_folders import check_folder, write_csv, write_text

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.csv_boxes import CSV_BOXES

# Name of the file, line of names, line of a box.
KINDS = {
    'roboflow': {},
    'tensorflow': dict(file='{}_labels.csv'),
    'retinanet': dict(
        file='annotations/{}.csv', head=None, row='{name},{x1},{y1},{x2},{y2},{label}'
    ),
    'absolute': dict(head=None, row='C:\\set\\{name},{x1}.0,{y1}.0,{x2}.0,{y2}.0,{label}'),
    'edges': dict(
        head='image,label,x_min,y_min,x_max,y_max', row='{name},{label},{x1},{y1},{x2},{y2}'
    ),
    'sides': dict(
        head='image_id,x,y,width,height,class_name', row='{stem},{x1},{y1},{w},{h},{label}'
    ),
    'sides in one': dict(
        head='image_id,width,height,bbox,Class', row='{stem},80,60,"[{x1}, {y1}, {w}, {h}]",{label}'
    ),
    'semicolons': dict(
        head='Filename;Left;Top;Right;Bottom;ClassId', row='{name};{x1};{y1};{x2};{y2};{label}'
    ),
    'shares': dict(head='img,class,xmin,ymin,xmax,ymax', row='{name},{label},{u1},{v1},{u2},{v2}'),
    'numbered lines': dict(
        head=',path,xmin,ymin,xmax,ymax,category', row='7,{name},{x1},{y1},{x2},{y2},{label}'
    ),
}


@pytest.mark.parametrize('kind', KINDS.values(), ids=KINDS)
def test_kinds(kind, tmp_path):
    write_csv(tmp_path / 'set', **kind)
    check_folder(tmp_path / 'set', tmp_path / 'out', 'csv', polygons=False)


def read(root, *lines, name='a.csv'):
    write_image(root / 'a.jpg')
    write_image(root / 'b.jpg')
    write_text(root / name, [*lines])
    findings = Findings()
    return CSV_BOXES.read(root, findings)['all'], findings


@pytest.mark.parametrize(
    'lines', [('a.jpg,,,,,', 'b.jpg,1,2,3,4,cat'), ('b.jpg,1,2,3,4,cat', 'a.jpg,,,,,')]
)
def test_images_without_a_box(lines, tmp_path):
    split, findings = read(tmp_path, *lines)
    assert [image['file_name'] for image in split.content['images']] == ['a.jpg', 'b.jpg']
    (box,) = split.content['annotations']
    assert (box['image_id'], box['bbox']) == (2, [1, 2, 2, 2])
    assert not findings


def test_retinanet_s_classes_are_in_the_order_of_their_numbers(tmp_path):
    write_text(tmp_path / 'classes.csv', ['zebra,0', 'cow,1', 'ant,2'])
    lines = ['a.jpg,1,2,3,4,ant', 'b.jpg,1,2,3,4,zebra']
    names = [c['name'] for c in read(tmp_path, *lines)[0].content['categories']]
    assert names == ['zebra', 'cow', 'ant']
    write_text(tmp_path / 'classes.csv', ['zebra,0', 'cow,1'])  # of something else
    names = [c['name'] for c in read(tmp_path, *lines)[0].content['categories']]
    assert names == ['ant', 'zebra']


def test_without_a_column_for_the_class_there_is_one(tmp_path):
    split, (finding,) = read(
        tmp_path, 'image,xmin,ymin,xmax,ymax', 'a.jpg,1,2,3,4', 'b.jpg,0,1,1,2'
    )
    assert split.content['categories'] == [{'id': 1, 'name': 'object'}]
    assert (finding.name, finding.count) == (
        "boxes without a column for the class, called 'object'",
        2,
    )


def test_boxes_that_cannot_be_read_are_named(tmp_path):
    lines = ['a.jpg,1,2,3,4,cat', 'a.jpg,1,2,3,4,', 'a.jpg,1,2,3']
    split, (finding, _) = read(tmp_path, *lines)
    assert len(split.content['annotations']) == 1
    assert (finding.name, finding.count) == ('objects that cannot be read, left out', 2)


BROKEN = {
    'no column of boxes': ('file,xmin,ymin,label', 'a.jpg,1,2,cat', 'no columns for the image and'),
    'no image': ('file,xmin,ymin,xmax,ymax', ',1,2,3,4', "'' is not a name of an image"),
    'image gone': ('file,xmin,ymin,xmax,ymax', 'x.jpg,1,2,3,4', r'not there, .*: 1 \(x\.jpg\)'),
}


@pytest.mark.parametrize(('head', 'line', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(head, line, message, tmp_path):
    write_csv(tmp_path)
    write_text(tmp_path / 'train/_annotations.csv', [head, line])
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')


def test_other_csv_is_not_like_it(tmp_path):
    for head in (
        'image,label',
        'filename,_background_,road',
        'epoch,loss',
        'ImageID,LabelName,XMin',
    ):
        write_text(tmp_path / 'a.csv', [head, '1,2,3'])
        assert not CSV_BOXES.is_like(tmp_path)
