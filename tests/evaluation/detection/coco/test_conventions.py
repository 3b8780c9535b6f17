"""Results in another convention are recognised by their boxes and converted to the same scores."""

import json

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.conventions import convert_results, find_convention
from res2net_mm.evaluation.detection.coco.detections import Results
from res2net_mm.evaluation.detection.coco.ground_truth import read_ground_truth
from res2net_mm.evaluation.detection.evaluate_files import evaluate_files
from res2net_mm.evaluation.detection.size_result import size_table

WIDTH, HEIGHT = 200, 100
IMAGES, CLASSES = 6, (3, 5, 8)  # ids with gaps, as COCO's


def truth_dict():
    random = np.random.default_rng(0)
    images = [
        dict(id=i, file_name=f'set/{i:06}.jpg', width=WIDTH, height=HEIGHT)
        for i in range(1, IMAGES + 1)
    ]
    annotations = []
    for image in images:
        for x in (0, 70, 140):
            box = [x, *random.integers(5, 40, 1).tolist(), *random.integers(20, 50, 2).tolist()]
            place = dict(image_id=image['id'], category_id=CLASSES[len(annotations) % 3])
            annotations.append(dict(id=len(annotations) + 1, bbox=box, **place))
    categories = [dict(id=i, name=f'class {i}') for i in CLASSES]
    return dict(images=images, annotations=annotations, categories=categories)


def right():
    """Every object but the first, a pixel aside."""
    for number, entry in enumerate(truth_dict()['annotations'][1:]):
        x, y, width, height = entry['bbox']
        place = {key: entry[key] for key in ('image_id', 'category_id')}
        yield dict(**place, bbox=[x + 1, y, width, height], score=0.9 - number / 100)


def boxes(change):
    return [{**entry, 'bbox': change(*entry['bbox'])} for entry in right()]


def relative(x, y, w, h):
    return [x / WIDTH, y / HEIGHT, w / WIDTH, h / HEIGHT]


# What another tool wrote, and the formats that say so.
WRITTEN = {
    'xyxy': (boxes(lambda x, y, w, h: [x, y, x + w, y + h]), ['xyxy']),
    'centres': (boxes(lambda x, y, w, h: [x + w / 2, y + h / 2, w, h]), ['cxcywh']),
    'relative': (boxes(relative), ['relative']),
    'relative corners': (
        boxes(lambda x, y, w, h: relative(x, y, x + w, y + h)),
        ['relative', 'xyxy'],
    ),
    'from 0': (
        [{**e, 'category_id': CLASSES.index(e['category_id'])} for e in right()],
        ['from-0'],
    ),
    'stems': ([{**e, 'image_id': f'{e["image_id"]:06}'} for e in right()], ['file-names']),
    'names': ([{**e, 'image_id': f'{e["image_id"]:06}.jpg'} for e in right()], ['file-names']),
    'texts': (
        [
            {**e, 'image_id': str(e['image_id']), 'category_id': str(e['category_id'])}
            for e in right()
        ],
        ['text-ids'],
    ),
    'all at once': (
        [
            dict(
                image_id=f'set/{e["image_id"]:06}.jpg',
                category_id=str(CLASSES.index(e['category_id'])),
                bbox=e['bbox'],
                score=e['score'],
            )
            for e in boxes(lambda x, y, w, h: relative(x, y, x + w, y + h))
        ],
        ['file-names', 'from-0', 'relative', 'xyxy'],
    ),
}


@pytest.mark.parametrize('how', WRITTEN)
def test_converted_results_are_those_of_coco(how):
    entries, formats = WRITTEN[how]
    truth = read_ground_truth(truth_dict())
    converted = convert_results(Results('dt', entries), truth, formats).entries
    for entry, wanted in zip(converted, right(), strict=True):
        assert entry['bbox'] == pytest.approx(wanted['bbox'])
        assert {**entry, 'bbox': 0} == {**wanted, 'bbox': 0}


@pytest.mark.parametrize('how', WRITTEN)
def test_the_convention_is_told_with_the_boxes_that_speak_for_it(how):
    entries, formats = WRITTEN[how]
    said = find_convention(Results('dt.json', entries), read_ground_truth(truth_dict()))
    assert said.startswith('dt.json: as they are, ')
    assert f'; {3 * IMAGES - 1} do if ' in said
    assert said.endswith(f'dt_format={" ".join(formats)!r} reads them so')


@pytest.mark.parametrize(
    'entries',
    [[*right()], [], [dict(image_id=[1], category_id={}, bbox=None, score='x')]],
    ids=['right', 'none', 'nonsense'],
)
def test_nothing_is_said_of_results_that_are_right_or_nothing(entries):
    assert find_convention(Results('dt.json', entries), read_ground_truth(truth_dict())) == ''


def test_nothing_is_said_of_boxes_that_find_nothing_in_any_convention():
    entries = boxes(lambda *_: [1, 90, 3, 3])
    assert find_convention(Results('dt', entries), read_ground_truth(truth_dict())) == ''


def test_masks_go_by_their_ids():
    rle = dict(size=[HEIGHT, WIDTH], counts='xyz')
    entries = [
        dict(
            image_id=f'{e["image_id"]:06}', category_id=e['category_id'], segmentation=rle, score=1
        )
        for e in right()
    ]
    said = find_convention(Results('dt', entries), read_ground_truth(truth_dict()))
    assert said.endswith("dt_format='file-names' reads them so")


def test_an_unknown_format_is_refused():
    with pytest.raises(UserError, match="dt_format='yolo' must be one of file-names, "):
        convert_results(Results('dt', []), read_ground_truth(truth_dict()), ['yolo'])


@pytest.mark.parametrize('how', ['xyxy', 'from 0', 'all at once'])
def test_files_are_scored_alike_once_they_are_converted(how, tmp_path):
    entries, formats = WRITTEN[how]
    for name, content in (('gt', truth_dict()), ('dt', entries), ('right', [*right()])):
        (tmp_path / f'{name}.json').write_text(json.dumps(content))
    gt, said = tmp_path / 'gt.json', []
    (wanted,) = evaluate_files(gt, tmp_path / 'right.json', progress=False, say=said.append)
    assert not any('dt_format' in line for line in said)
    (scored,) = evaluate_files(gt, tmp_path / 'dt.json', dt_format=formats, progress=False)
    assert size_table(scored) == size_table(wanted)
    try:
        evaluate_files(gt, tmp_path / 'dt.json', progress=False, say=said.append)
    except UserError as error:
        said.append(str(error))
    assert f'dt_format={" ".join(formats)!r} reads them so' in said[-1] + ''.join(said)
