"""OKS and the scores made of it, against pycocotools on random people."""

import contextlib
import copy
import io
import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from res2net_mm.errors import UserError
from res2net_mm.evaluation import evaluate_by_size, size_table
from res2net_mm.evaluation.detection.evaluate_files import evaluate_files
from res2net_mm.evaluation.detection.keypoints import COCO_SIGMAS, check_sigmas, labelled, points_of

NAMES = tuple(f'{score}{of}' for score in ('AP', 'AR') for of in ('', '50', '75', ' M', ' L'))


def random_people(seed: int, *, count: int = 17, crowds: bool = True) -> tuple[dict, list]:
    """Return ground truth and results: people, some without labels, some found well or badly."""
    rng = np.random.default_rng(seed)
    images = [dict(id=i + 1, width=400, height=300) for i in range(8)]
    annotations, results = [], []
    for image in images:
        for _ in range(rng.integers(0, 6)):
            side = rng.uniform(20, 220)
            corner = rng.uniform(0, 150, 2)
            points = corner + rng.random((count, 2)) * side * (0.6, 1)
            shown = rng.integers(0, 3, count) * (rng.random() > 0.25)  # 0: not labelled
            annotations.append(
                dict(
                    id=len(annotations) + 1,
                    image_id=image['id'],
                    category_id=1,
                    bbox=[*corner, side * 0.6, side],
                    area=side**2 * rng.uniform(0.2, 0.6),
                    iscrowd=int(crowds and rng.random() < 0.1),
                    num_keypoints=int((shown > 0).sum()),
                    keypoints=np.column_stack([points, shown]).ravel().tolist(),
                )
            )
            for _ in range(rng.integers(0, 4)):
                near = points + rng.normal(0, 0.06 * side * rng.random(), points.shape)
                keypoints = np.column_stack([near, np.ones(count)]).ravel().tolist()
                score = round(rng.random(), 1)  # equal scores are many
                results.append(
                    dict(image_id=image['id'], category_id=1, keypoints=keypoints, score=score)
                )
    categories = [dict(id=1, name='person')]
    return dict(images=images, annotations=annotations, categories=categories), results


def their_stats(truth: dict, results: list) -> np.ndarray:
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
        scored = COCOeval(coco, coco.loadRes(copy.deepcopy(results)), 'keypoints')
        scored.evaluate()
        scored.accumulate()
        scored.summarize()
    return scored.stats


@pytest.mark.parametrize('seed', range(12))
@pytest.mark.parametrize('with_boxes', [False, True])
def test_every_number_is_that_of_pycocotools(seed, with_boxes):
    truth, results = random_people(seed)
    if with_boxes:  # whose area is then the size of a detection
        results = [{**result, 'bbox': [10.0, 10.0, 40.0, 3.0 + 20 * seed]} for result in results]
    result = evaluate_by_size(truth, results, iou_type='keypoints')
    overall, (_, medium, large) = result.overall, result.bins
    recall = result.image_scores()().recall[0, :, 0, -1]  # at each OKS
    ours = [overall.ap, overall.ap50, overall.ap75, medium.ap, large.ap]
    ours += [overall.ar_most, recall[0], recall[5], medium.ar_most, large.ar_most]
    ours = [-1 if value is None else value for value in ours]
    theirs = dict(zip(NAMES, their_stats(truth, results), strict=True))
    assert dict(zip(NAMES, ours, strict=True)) == pytest.approx(theirs, abs=1e-12)
    assert 0 < overall.ap < 1


def test_the_table_says_what_overlap_is_and_how_many_count():
    truth, results = random_people(1)
    table = size_table(evaluate_by_size(truth, results, iou_type='keypoints'))
    assert 'OKS 0.50:0.95, at most 20 detections' in table
    found = sum(a['num_keypoints'] > 0 and not a['iscrowd'] for a in truth['annotations'])
    assert table.splitlines()[-1].split()[-1] == str(found)


def test_a_perfect_detection_scores_one():
    truth, _ = random_people(3, crowds=False)
    results = [
        dict(image_id=a['image_id'], category_id=1, keypoints=a['keypoints'], score=0.9)
        for a in truth['annotations']
    ]
    assert evaluate_by_size(truth, results, iou_type='keypoints').overall.ap == pytest.approx(1)


def test_other_keypoints_need_their_sigmas():
    truth, results = random_people(0, count=5)
    with pytest.raises(UserError, match='sigmas= must be a number above 0 for each of the 5'):
        evaluate_by_size(truth, results, iou_type='keypoints')
    scored = evaluate_by_size(truth, results, iou_type='keypoints', sigmas=[0.05] * 5)
    assert scored.overall.ap is not None
    with pytest.raises(UserError, match='sigmas'):
        check_sigmas([0.1, -1.0], 2)


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        (dict(keypoints=[1, 2]), 'no keypoints'),
        (dict(keypoints=None), 'keypoints'),
        (dict(keypoints=[1.0, 2.0, float('nan')] * 17), 'no keypoints'),
        (dict(keypoints=[1.0, 2.0, 2.0] * 3), '3 and 17'),
    ],
)
def test_keypoints_that_cannot_be_read_are_refused(change, named):
    truth, results = random_people(2)
    with pytest.raises(UserError, match=named):
        evaluate_by_size(truth, [results[0] | change, *results[1:]], iou_type='keypoints')
    truth['annotations'][0] |= change
    with pytest.raises(UserError, match=named):
        evaluate_by_size(truth, results, iou_type='keypoints')


def test_voc_has_no_rules_for_keypoints():
    truth, results = random_people(2)
    with pytest.raises(UserError, match='voc07'):
        evaluate_by_size(truth, results, iou_type='keypoints', protocol='voc07')


def test_labels_are_counted_where_they_are_not_given():
    entry = dict(keypoints=[1, 2, 2, 3, 4, 1, 5, 6, 0])
    assert labelled(entry) == 2
    assert labelled({**entry, 'num_keypoints': 0}) == 0
    assert points_of(entry).shape == (3, 3)
    assert len(COCO_SIGMAS) == 17


def test_files_of_keypoints_are_known_by_their_content(tmp_path):
    truth, results = random_people(4)
    for name, content in (('gt', truth), ('dt', results)):
        (tmp_path / f'{name}.json').write_text(json.dumps(content))
    said = []
    (scored,) = evaluate_files(tmp_path / 'gt.json', tmp_path / 'dt.json', say=said.append)
    expected = evaluate_by_size(truth, results, iou_type='keypoints')
    assert (scored.iou_type, scored.overall.ap) == ('keypoints', expected.overall.ap)
    assert any('OKS' in text for text in said)
