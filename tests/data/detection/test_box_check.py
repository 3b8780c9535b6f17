import json

import pytest
from folders import coco_content, write_coco, write_image, write_json

from res2net_mm.data import recognise
from res2net_mm.formats.findings import NOTE, PROBLEM


def with_annotation(tmp_path, **changes):
    """Recognises a folder whose first training box is changed; a value of ... removes the key."""
    root = write_coco(tmp_path / 'set')
    file = root / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    first = {**content['annotations'][0], **changes}
    content['annotations'][0] = {key: value for key, value in first.items() if value is not ...}
    write_json(file, content)
    original = file.read_text()
    folder = recognise(root, tmp_path / 'out')
    assert file.read_text() == original
    return folder, json.loads(folder.splits['train'].ann_file.read_text())['annotations']


@pytest.mark.parametrize(
    'box',
    [
        [10, 10, 0, 5],
        [10, 10, 5, -3],
        [10, 10, float('nan'), 5],
        [10, 10, float('inf'), 5],
        [80, 10, 5, 5],
        [-9, 10, 9, 5],
        [10, 10, 5],
        ['1', '2', '3', 'wide'],
        None,
        ...,
    ],
    ids=str,
)
def test_degenerate_boxes_are_counted_named_and_left_out(box, tmp_path):
    folder, annotations = with_annotation(tmp_path, bbox=box)
    assert len(annotations) == folder.splits['train'].boxes == 4
    (finding,) = folder.findings
    assert finding.count == 1
    assert 'left out' in finding.name
    assert 'train_0.jpg: cat' in finding.examples[0]
    assert str(finding) in folder.summary()


@pytest.mark.parametrize('box', [[10, 10, 1, 1], [10, 10, 0.5, 0.5], [79.5, 0, 0.5, 2]], ids=str)
def test_tiny_boxes_stay(box, tmp_path):
    folder, annotations = with_annotation(tmp_path, bbox=box, area=box[2] * box[3])
    assert len(annotations) == 5
    assert folder.splits['train'].boxes_by_size == {'small': 5, 'medium': 0, 'large': 0}


@pytest.mark.parametrize('box', [[-5, 10, 20, 20], [70, 50, 20, 20]], ids=str)
def test_boxes_that_stick_out_stay_as_they_are(box, tmp_path):
    folder, annotations = with_annotation(tmp_path, bbox=box)
    assert annotations[0]['bbox'] == box
    assert 'reach out' in folder.findings[0].name
    assert not (tmp_path / 'out').exists()


TRIANGLE = [[10, 10, 30, 10, 10, 30]]


@pytest.mark.parametrize('area', [..., 0, None, -1, float('nan')], ids=str)
@pytest.mark.parametrize(('mask', 'expected'), [([], 400), (TRIANGLE, 200), ([[1, 2]], 400)])
def test_area_is_computed(area, mask, expected, tmp_path):
    _, annotations = with_annotation(tmp_path, area=area, segmentation=mask)
    assert annotations[0]['area'] == pytest.approx(expected, rel=0.06)


def test_iscrowd_is_filled_in(tmp_path):
    _, annotations = with_annotation(tmp_path, iscrowd=...)
    assert annotations[0]['iscrowd'] == 0


def test_crowds_are_ignored_not_counted(tmp_path):
    folder, annotations = with_annotation(tmp_path, iscrowd=1)
    train = folder.splits['train']
    assert (train.boxes, train.ignored, len(annotations)) == (4, 1, 5)
    assert folder.classes == ('cat', 'dog')


@pytest.mark.parametrize('number', [0, 2, ..., 'a'], ids=str)
def test_ids_are_made_usable(number, tmp_path):
    _, annotations = with_annotation(tmp_path, id=number)
    assert [annotation['id'] for annotation in annotations] == [1, 2, 3, 4, 5]


def test_boxes_of_unlisted_images_are_left_out(tmp_path):
    folder, annotations = with_annotation(tmp_path, image_id=99)
    assert len(annotations) == 4
    assert folder.findings[0].examples == ('image id 99',)
    assert folder.splits['train'].empty == 1


def test_image_size_is_read_where_it_is_missing(tmp_path):
    for split, height in (('train', 33), ('val', 60)):
        write_image(tmp_path / f'images/{split}.jpg', height=height)
        content = coco_content([f'{split}.jpg'])
        del content['images'][0]['height']
        write_json(tmp_path / f'annotations/{split}.json', content)
    folder = recognise(tmp_path, tmp_path / 'out')
    image = json.loads(folder.splits['train'].ann_file.read_text())['images'][0]
    assert (image['height'], image['width']) == (33, 80)


@pytest.mark.parametrize(
    'mask',
    [
        [[1, 2]],
        [[1, 2, 3, 4, 5, None]],
        [7],
        'x',
        {'size': [60, 80], 'counts': [5]},
        {'size': [6, 8], 'counts': [48]},
    ],
    ids=str,
)
def test_masks_that_are_none_are_taken_away(mask, tmp_path):
    folder, annotations = with_annotation(tmp_path, segmentation=mask)
    assert annotations[0]['segmentation'] == []
    assert len(annotations) == 5
    assert 'masks that cannot be read' in folder.findings[0].name


def test_short_polygons_go_alone(tmp_path):
    folder, annotations = with_annotation(tmp_path, segmentation=[[1, 2, 3, 4], *TRIANGLE])
    assert annotations[0]['segmentation'] == TRIANGLE
    assert 'under three points' in folder.findings[0].name


def test_run_lengths_are_masks(tmp_path):
    mask = {'size': [60, 80], 'counts': [100, 7, 60 * 80 - 107]}
    folder, annotations = with_annotation(tmp_path, segmentation=mask, area=0)
    assert annotations[0]['area'] == 7
    assert folder.splits['train'].masks == 1


def test_masks_are_counted(tmp_path):
    assert not recognise(write_coco(tmp_path / 'boxes'), tmp_path / 'out').has_masks
    assert recognise(write_coco(tmp_path / 'masks', masks=True), tmp_path / 'out').has_masks


def test_sizes_count_by_area_with_both_ends(tmp_path):
    boxes = [(0, 0, 31, 33), (0, 0, 32, 32), (0, 0, 64, 60)]
    folder = recognise(write_coco(tmp_path / 'set', boxes=boxes), tmp_path / 'out')
    assert folder.splits['train'].boxes_by_size == {'small': 10, 'medium': 10, 'large': 0}


@pytest.mark.parametrize(
    ('box', 'severity', 'words'),
    [
        ([-0.5, 10, 20, 20], NOTE, 'a pixel or less beyond the edge'),
        ([60.5, 40, 20, 20.9], NOTE, 'a pixel or less beyond the edge'),
        ([61.5, 40, 20, 20], PROBLEM, 'reach out of their image'),
        ([60, 40, 20, 20], None, ''),
    ],
)
def test_boxes_that_rounding_has_put_over_the_edge_are_a_note(box, severity, words, tmp_path):
    folder, annotations = with_annotation(tmp_path, bbox=box)
    assert annotations[0]['bbox'] == box
    assert [finding.severity for finding in folder.findings] == [severity] * (severity is not None)
    assert all(words in finding.name and finding.count == 1 for finding in folder.findings)


def test_ids_from_0_are_a_note_and_others_a_problem(tmp_path):
    for number, severity in ((0, NOTE), (2, PROBLEM), (-1, PROBLEM)):
        folder, annotations = with_annotation(tmp_path / str(number), id=number)
        (finding,) = folder.findings
        assert (finding.severity, finding.examples) == (severity, (f'id {number}',))
        assert [annotation['id'] for annotation in annotations] == [1, 2, 3, 4, 5]
