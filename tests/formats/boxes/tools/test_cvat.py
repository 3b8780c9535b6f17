import pytest
from folders import write_image
from tool_folders import check_folder, cvat_image, cvat_xml, write_cvat, write_text

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.cvat import CVAT

# Place of the images, name of the file, subset.
PLACES = {
    'subsets of a project': ('images', 'annotations.xml', '{}'),
    'subsets in folders': ('images/{}', 'annotations.xml', '{}'),
    'split by the images alone': ('images/{}', 'annotations.xml', 'default'),
    'an export for each split': ('{}/images', '{}/annotations.xml', ''),
    'a file for each split': ('.', '{}_annotations.xml', ''),
}


@pytest.mark.parametrize(('place', 'file', 'subset'), PLACES.values(), ids=PLACES)
def test_places_of_the_files(place, file, subset, tmp_path):
    check_folder(write_cvat(tmp_path / 'set', place, file, subset), tmp_path / 'out', 'cvat')


def read(root, *shapes, labels=(), **options):
    write_image(root / 'a.jpg')
    write_text(root / 'a.xml', [cvat_xml(cvat_image('a.jpg', ''.join(shapes)), labels, **options)])
    findings = Findings()
    (split,) = CVAT.read(root, findings).values()
    return split.content, findings


BOX = '<box label="{}" xtl="10" ytl="20" xbr="30" ybr="24" {}/>'


def test_turned_boxes_are_polygons(tmp_path):
    shapes = [BOX.format('a', f'rotation="{turn}"') for turn in ('0.0', '90')]
    straight, turned = read(tmp_path, *shapes)[0]['annotations']
    assert (straight['bbox'], 'segmentation' in straight) == ([10, 20, 20, 4], False)
    assert turned['bbox'] == pytest.approx([18, 12, 4, 20])
    assert turned['segmentation'][0][:2] == pytest.approx([22, 12])
    assert turned['area'] == pytest.approx(80)


def test_ellipses_and_masks(tmp_path):
    ellipse = '<ellipse label="a" cx="40" cy="30" rx="10" ry="5"/>'
    upright = ellipse.replace('/>', ' rotation="90"/>')
    # 2 rows of 3: .## / #..
    mask = '<mask label="a" rle="1, 3, 2" left="7" top="8" width="3" height="2"/>'
    flat, upright, mask = read(tmp_path, ellipse, upright, mask)[0]['annotations']
    assert flat['bbox'] == pytest.approx([30, 25, 20, 10])
    assert upright['bbox'] == pytest.approx([35, 20, 10, 20])
    assert (mask['bbox'], mask['area']) == ([7, 8, 3, 2], 3)
    assert mask['segmentation']['size'] == [60, 80]


@pytest.mark.parametrize('of', ['task', 'project', 'job'])
def test_classes_are_in_the_order_of_the_labels(of, tmp_path):
    content, _ = read(tmp_path, BOX.format('m', ''), labels=('z', 'a'), of=of)
    assert [category['name'] for category in content['categories']] == ['z', 'a', 'm']


def test_what_is_no_box_or_cannot_be_read_is_counted(tmp_path):
    content, findings = read(
        tmp_path,
        '<tag label="a"/><points label="a" points="1,2"/><tag label="b"/>',
        '<polyline label="a" points="1,2;3,4"/><skeleton label="a"><points/></skeleton>',
        '<polygon label="a" points="1,2;3,4"/><box label="a" xtl="1"/>',
        BOX.format('', ''),
        BOX.format('a', 'rotation="x"'),
        '<mask label="a" rle="1, 3" left="7" top="8" width="3" height="2"/>',
        BOX.format('a', ''),
    )
    assert len(content['annotations']) == 1
    assert [(f.name, f.count) for f in findings] == [
        ('objects drawn as tag, not used', 2),
        ('objects drawn as points, not used', 1),
        ('objects drawn as polyline, not used', 1),
        ('objects drawn as skeleton, not used', 1),
        ('objects that cannot be read, left out', 5),
    ]
    assert findings[-1].examples[0] == 'a.jpg: <polygon label="a" points="1,2;3,4" />'


BROKEN = {
    'cut short': ('<annotations><version>1.1</version><image', 'cannot be read as XML'),
    'of a video': (
        '<annotations><meta/><track id="0" label="a"></track></annotations>',
        'is of CVAT for video, whose images have no names: export "CVAT for images"',
    ),
    'image gone': (
        cvat_xml(cvat_image('gone.jpg', BOX.format('cat', ''))),
        r'named and not there, with 1 objects: 1 \(train/gone.jpg\)',
    ),
}


@pytest.mark.parametrize(('content', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(content, message, tmp_path):
    write_cvat(tmp_path, '{}', '{}/annotations.xml')
    write_text(tmp_path / 'train/annotations.xml', [content])
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')
