"""What the check of keypoints finds, mends and leaves out."""

from pathlib import Path

import pytest
from people_folders import people_content

from res2net_mm.data.keypoints.keypoint_check import NAMES, clean_keypoints, is_labelled
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, KeypointImages
from res2net_mm.formats.findings import NOTE, PROBLEM


def clean(content, *, stop=True):
    findings = Findings(stop=stop)
    part = clean_keypoints(KeypointImages(Path('p.json'), Path(), content), findings)
    return part, findings


@pytest.fixture
def content():
    return people_content(['a.jpg', 'b.jpg'])


def test_what_needs_nothing_stays_the_file(content):
    part, findings = clean(content)
    assert not part.is_copy
    assert not findings
    assert all(map(is_labelled, part.content['annotations']))


def points(first=(12, 12, 2), rest=(0, 0, 0)):
    return [*first, *rest * (len(NAMES) - 1)]


LEFT_OUT = {
    'too few': dict(keypoints=[1, 2, 2]),
    'none': dict(keypoints=[]),
    'null': dict(keypoints=None),
    'a text': dict(keypoints='1 2 2'),
    'not threes': dict(keypoints=[1.0] * 50),
    'not finite': dict(keypoints=points((float('nan'), 2, 2))),
}


@pytest.mark.parametrize('change', LEFT_OUT.values(), ids=LEFT_OUT)
def test_people_whose_keypoints_cannot_be_read_are_left_out_and_said(content, change):
    content['annotations'][1] |= change
    part, (finding,) = clean(content)
    assert finding.severity == PROBLEM
    assert 'not 17 of three numbers (x, y, visibility), left out: 1 (a.jpg: id 2)' in str(finding)
    assert [entry['id'] for entry in part.content['annotations']] == [1, 3, 4]
    assert part.is_copy


MENDED = {
    'no number': (dict(num_keypoints=None), 17, 'missing or wrong, counted anew: 1'),
    'a wrong number': (dict(num_keypoints=3), 17, '(a.jpg: id 1, 3 for 17)'),
    'a probability': (
        dict(keypoints=points((12, 12, 0.9)), num_keypoints=1), 1,
        'a visibility other than 0, 1 and 2, taken as 2 where it is above 0: 1',
    ),
}  # fmt: skip


@pytest.mark.parametrize(('change', 'number', 'words'), MENDED.values(), ids=MENDED)
def test_what_can_be_mended_is(content, change, number, words):
    content['annotations'][0] |= change
    part, (finding,) = clean(content)
    assert finding.severity == PROBLEM
    assert words in str(finding)
    entry = part.content['annotations'][0]
    assert entry['num_keypoints'] == number
    assert {*entry['keypoints'][2::3]} <= {0, 2}


KEPT = {
    'the corner': ((0, 0, 2), 'a labelled keypoint at (0, 0)'),
    'beyond the image': ((200, 5, 1), 'off their image'),
    'before the image': ((5, -3, 2), 'off their image'),
}


@pytest.mark.parametrize(('first', 'words'), KEPT.values(), ids=KEPT)
def test_odd_places_are_said_and_kept(content, first, words):
    content['annotations'][0] |= dict(keypoints=points(first), num_keypoints=1)
    part, (finding,) = clean(content)
    assert words in str(finding)
    assert not part.is_copy


def test_unlabelled_people_stay_and_do_not_count(content):
    content['annotations'][0] |= dict(keypoints=points((0, 0, 0)), num_keypoints=0)
    content['annotations'][1]['iscrowd'] = 1
    part, findings = clean(content)
    assert not findings
    assert [is_labelled(a) for a in part.content['annotations']] == [False, False, True, True]


def test_shares_of_the_image_are_an_error(content):
    for entry in content['annotations']:
        entry |= dict(keypoints=points((0.4, 0.5, 2)), num_keypoints=1)
    with pytest.raises(UserError, match='they are shares of the image: 4'):
        clean(content)


@pytest.mark.parametrize(
    'names',
    [NAMES[:5], [*NAMES[1:], NAMES[0]], [f'part {i}' for i in range(17)]],
    ids=['fewer', 'another order', 'other names'],
)
def test_other_keypoints_than_a_persons_are_an_error(content, names):
    content['categories'][0]['keypoints'] = [*names]
    with pytest.raises(UserError, match=r"than COCO's 17 of a person, in their order: 1 \(person"):
        clean(content)


def test_names_may_be_written_otherwise_or_not_at_all(content):
    content['categories'][0]['keypoints'] = [name.replace('_', ' ').title() for name in NAMES]
    assert not clean(content)[1]
    del content['categories'][0]['keypoints']
    _, (finding,) = clean(content)
    assert finding.severity == NOTE
    assert "taken for COCO's 17: 1 (person)" in str(finding)


def test_images_with_texts_as_ids_are_numbered(content):
    for image in content['images']:
        image['id'] = f'image {image["id"]}'
    for entry in content['annotations']:
        entry['image_id'] = f'image {entry["image_id"]}'
    part, _ = clean(content)
    assert [image['id'] for image in part.content['images']] == [1, 2]
    assert [entry['image_id'] for entry in part.content['annotations']] == [1, 1, 2, 2]
    assert part.is_copy
