import copy
from pathlib import Path

import pytest
from folders import coco_content as content_of

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.coco_content import coco_content, is_coco

FILE = Path('a.json')


def mended(change):
    content = content_of(['a.jpg', 'b.jpg'])
    change(content)
    before, findings = copy.deepcopy(content), Findings()
    made = coco_content(FILE, content, findings)
    assert content == before
    return made, [(finding.name[:20], finding.severity) for finding in findings]


def _each(key, **changes):
    def change(content):
        for entry in content[key]:
            entry.update({name: make(entry[name]) for name, make in changes.items()})

    return change


CHANGES = {
    'category ids': [_each('categories', id=str), _each('annotations', category_id=str)],
    'categories alone': [_each('categories', id=str)],
    'boxes alone': [_each('annotations', category_id=str)],
    'names as ids': [
        _each('categories', id=lambda i: f'class {i}'),
        _each('annotations', category_id=lambda i: f'class {i}'),
    ],
    'image ids': [_each('images', id=str)],
    'image ids of boxes': [_each('annotations', image_id=str)],
    'boxes': [_each('annotations', bbox=lambda box: [*map(str, box)], area=str)],
    'a box in one text': [_each('annotations', bbox=str)],
}


@pytest.mark.parametrize('changes', CHANGES.values(), ids=CHANGES)
def test_texts_become_numbers(changes):
    made, said = mended(lambda content: [change(content) for change in changes])
    expected = content_of(['a.jpg', 'b.jpg'])
    for image, other in zip(made['images'], expected['images'], strict=True):
        assert str(image['id']) == str(other['id'])
    ids = {image['id']: number for number, image in enumerate(made['images'], start=1)}
    for annotation in made['annotations']:
        annotation['image_id'] = ids[annotation['image_id']]
    assert made['annotations'] == expected['annotations']
    assert made['categories'] == expected['categories']
    assert len(said) == 1
    assert said[0][1] == 0


def test_what_needs_nothing_stays_the_same_object():
    content = content_of(['a.jpg'])
    assert coco_content(FILE, content, Findings()) is content
    content['images'][0]['id'] = 'x'
    content['annotations'][0]['image_id'] = 'x'
    assert coco_content(FILE, content, Findings()) is content


def test_what_is_no_number_stays_for_the_check_of_boxes():
    made, said = mended(_each('annotations', bbox=lambda box: ['10', *box[:2], 'wide']))
    assert (made['annotations'][0]['bbox'], said) == (['10', 10, 10, 'wide'], [])


def test_a_category_that_is_not_listed_stays_unknown():
    made, _ = mended(lambda content: content['categories'][0].update(id='one'))
    assert [category['id'] for category in made['categories']] == [1, 2]
    assert [annotation['category_id'] for annotation in made['annotations']] == ['1', 2]


def test_no_key_annotations_is_no_boxes():
    made, said = mended(lambda content: content.pop('annotations'))
    assert (made['annotations'], said) == ([], [])


@pytest.mark.parametrize('content', [[], {}, {'images': {}}, {'annotations': []}, 'text', None])
def test_other_content_is_none(content):
    assert not is_coco(FILE, content)
    assert coco_content(FILE, content, Findings()) is None


@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('categories', None, 'has no list categories'),
        ('annotations', None, 'has no list annotations'),
        ('images', [7], r'images\[0\] is not an entry of COCO: 7'),
        ('annotations', [{'image_id': []}], r'annotations\[0\] is not an entry'),
    ],
)
def test_half_a_file_is_an_error(key, value, message):
    content = {**content_of(['a.jpg']), key: value}
    with pytest.raises(UserError, match=message):
        coco_content(FILE, content, Findings())
