import pytest
from folders import write_image, write_json
from tool_folders import check_folder, label_studio_result, write_label_studio

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.label_studio import LABEL_STUDIO

URLS = [
    '/data/upload/1/0123abcd-{}',
    '/data/upload/1/{}',
    '/data/local-files/?d=my%20set/{}',
    's3://bucket/set/{}',
    'https://example.org/a/{}?token=x',
]


@pytest.mark.parametrize('url', URLS)
@pytest.mark.parametrize('short', [False, True], ids=['JSON', 'JSON-MIN'])
def test_exports(url, short, tmp_path):
    write_label_studio(tmp_path / 'set', url, short=short)
    check_folder(tmp_path / 'set', tmp_path / 'out', 'labelstudio')


def read(root, *results, **task):
    write_image(root / 'a.jpg')
    annotations = [{'was_cancelled': True, 'result': []}, {'result': [*results]}]
    task = {'id': 1, 'annotations': annotations, 'data': {'text': 'x', 'photo': 'a.jpg'}, **task}
    write_json(root / 'export.json', [task])
    findings = Findings()
    (split,) = LABEL_STUDIO.read(root, findings).values()
    return split.content, findings


def test_turned_boxes_turn_about_their_first_corner(tmp_path):
    box = label_studio_result('a', 'rectangle', x=50, y=50, width=25, height=10, rotation=90)
    (annotation,) = read(tmp_path, box)[0]['annotations']
    assert annotation['bbox'] == pytest.approx([34, 30, 6, 20])
    assert annotation['area'] == pytest.approx(120)


def test_ellipses(tmp_path):
    oval = label_studio_result('a', 'ellipse', x=50, y=50, radiusX=25, radiusY=10, rotation=0)
    (annotation,) = read(tmp_path, oval)[0]['annotations']
    assert annotation['bbox'] == pytest.approx([20, 24, 40, 12])


def test_a_shape_that_comes_once_more_with_its_class_is_one(tmp_path):
    value = dict(x=50, y=50, width=25, height=10)
    sizes = dict(original_width=80, original_height=60)
    shape = dict(id='q', type='rectangle', value=value, **sizes)
    labelled = dict(id='q', type='labels', value={**value, 'labels': ['a']}, **sizes)
    content, findings = read(tmp_path, shape, labelled)
    assert [a['bbox'] for a in content['annotations']] == [[40, 30, 20, 6]]
    assert not findings


def test_what_is_not_used_is_counted(tmp_path):
    box = label_studio_result('a', 'rectangle', x=0, y=0, width=50, height=50)
    two = label_studio_result('a', 'rectangle', x=0, y=0, width=50, height=50)
    two['value']['rectanglelabels'] = ['a', 'b']
    choice = dict(type='choices', value={'choices': ['night']})
    point = label_studio_result('a', 'keypoint', x=1, y=2, width=1)
    brush = dict(type='brushlabels', value={'rle': [1], 'brushlabels': ['a']})
    results = [box, two, choice, point, brush, 7]
    annotations = [{'result': results}, {'result': [box]}]
    content, findings = read(tmp_path, annotations=annotations)
    assert len(content['annotations']) == 1
    assert sorted((f.name, f.count) for f in findings) == [
        ('annotations of images beside the first, not used', 1),
        ('objects drawn as brushlabels, not used', 1),
        ('objects drawn as choices, not used', 1),
        ('objects drawn as keypointlabels, not used', 1),
        ('objects that cannot be read, left out', 2),
    ]


BROKEN = {
    'cut short': ('[{"id": 1, "annotations": [{"result": [', 'is not a JSON file'),
    'no image': ('[{"annotations": [{"result": []}], "data": {"text": "x"}}]', 'task 0 names no'),
    'task that is none': (
        '[{"annotations": [{"result": []}], "data": {"i": "a.jpg"}}, 7]',
        'task 1',
    ),
}


@pytest.mark.parametrize(('content', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(content, message, tmp_path):
    write_label_studio(tmp_path, URLS[0])
    write_json(tmp_path / 'train/export.json', content)
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')
