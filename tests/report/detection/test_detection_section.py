"""Sections on boxes, masks and keypoints; the curve against evaluations of one sliding bin each."""

import json

import numpy as np
import pytest
from people_folders import write_people
from test_compare import compare

from res2net_mm.evaluation import evaluate_by_size, read_ground_truth, save_evaluation
from res2net_mm.evaluation.detection.confidence.thresholds import thresholds_by_size
from res2net_mm.evaluation.detection.keypoints import MAX_DETS
from res2net_mm.evaluation.detection.saved_evaluation import read_saved_evaluation
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.report.by_size.verdict import ENOUGH, points
from res2net_mm.report.detection.detection_section import object_curve, threshold_table
from res2net_mm.report.detection.object_pictures import BOXES_OF_KEYPOINTS


@pytest.mark.slow
def test_three_files_with_boxes_and_masks(drawn, tmp_path):
    report, _ = compare(
        [*drawn.files, drawn.files[0]],
        tmp_path / 'r.html',
        gt=drawn.gt,
        names=['a', 'b', 'again'],
        images=drawn.images,
        bins=[20, 50],
        bins_by='side',
    )
    assert [section.name for section in report.sections] == ['bbox', 'segm']
    for section in report.sections:
        better, same = section.verdicts
        assert [card.size for card in better.cards] == ['0-20', '20-50', '50-up', 'all sizes']
        assert {card.tone for card in same.cards} <= {'noise', 'few'}
        assert 'no size gained or lost AP beyond noise' in same.sentence
    assert 'No training log: a, b, again.' in report.notes
    names = [f.name for s in report.sections for part in s.parts for f in part.figures]
    assert len(set(names)) == len(names) == 16
    pictures = [p for s in report.sections for part in s.parts for p in part.pictures]
    panels = [panel.name for picture in pictures for row in picture.rows for panel in row]
    assert len(set(panels)) == len(panels)
    assert len(list((tmp_path / 'r_files').iterdir())) == len(panels) + len(names)


@pytest.fixture
def poses(tmp_path):
    """Return the ground truth, the images and two work directories: far off, then near."""
    root = write_people(tmp_path / 'set', ['val'], count=12)
    gt = root / 'annotations/person_keypoints_val2017.json'
    truth = read_ground_truth(gt)
    rng = np.random.default_rng(0)
    for name, off in (('far', 6), ('near', 1)):
        found = []
        for person in truth.annotations:
            points = np.array(person['keypoints']).reshape(-1, 3)
            points[:, :2] += rng.normal(0, off, (len(points), 2))
            found.append(
                dict(
                    image_id=person['image_id'],
                    category_id=1,
                    keypoints=points.ravel().tolist(),
                    score=round(rng.random(), 3),
                )
            )
        save_evaluation(
            tmp_path / name,
            ground_truth=truth,
            ground_truth_file=gt,
            images=str(root / 'val2017'),
            detections={'keypoints': found},
            options=dict(bins=make_bins([60, 80], 'side'), max_dets=MAX_DETS),
        )
        log = tmp_path / name / '20250101_000000/vis_data/scalars.json'
        log.parent.mkdir(parents=True)
        lines = [{'loss': 0.1, 'step': 5}, {'coco/AP': 0.5, 'coco/AP (60-80)': 0.4, 'step': 1}]
        log.write_text('\n'.join(map(json.dumps, lines)))
    return tmp_path / 'far', tmp_path / 'near'


def test_two_pose_estimators(poses, tmp_path):
    report, said = compare(poses, tmp_path / 'r.html', fail_if=['all > 1.0'])
    (section,) = report.sections
    assert (section.name, section.title) == ('keypoints', 'Keypoints')
    assert 'OKS 0.50:0.95, at most 20 detections' in section.facts
    (verdict,) = section.verdicts
    assert [card.size for card in verdict.cards] == ['0-60', '60-80', '80-up', 'all sizes']
    far, near = (
        evaluate_by_size(read.ground_truth, read.detections['keypoints'], iou_type='keypoints')
        for read in map(read_saved_evaluation, poses)
    )
    assert near.overall.ap > far.overall.ap + 0.1
    gained = points(near.overall.ap - far.overall.ap)
    assert verdict.cards[-1].change == f'{gained} AP'
    assert 'Keypoints: near against far' in said
    assert [check.outcome for check in report.checks] == ['failed']
    titles = [part.title for part in section.parts]
    assert 'Images where the runs differ most' in titles
    assert not any('wrong' in title or 'fault' in title for title in titles)
    page = (tmp_path / 'r.html').read_text(encoding='utf-8')
    assert 'IoU 0' not in page
    assert BOXES_OF_KEYPOINTS in page
    (training,) = report.parts
    assert training.title == 'Training (keypoints)'


def test_rules_of_voc(drawn, tmp_path):
    report, _ = compare(drawn.files, tmp_path / 'r.html', gt=drawn.gt, protocol='voc07', pictures=0)
    assert 'VOC 2007' in report.sections[0].facts
    rows = [row[0].text for row in report.sections[0].parts[0].tables[0].rows]
    assert rows[1:3] == ['AP: a', 'AP: b']
    assert not any('AP50' in row for row in rows)


@pytest.fixture(scope='module')
def curve(drawn):
    return object_curve([drawn.score(0), drawn.score(1)], resamples=20)


def test_every_point_is_the_score_of_a_bin_around_it(drawn, curve):
    assert len(curve.sizes) > 8
    assert curve.sizes[0] <= curve.sides.min()
    assert curve.sizes[-1] >= curve.sides.max()
    assert np.allclose(np.diff(np.log2(curve.sizes)), 0.25)
    for point, size in enumerate(curve.sizes):
        bins = [('here', size / 2**0.5, size * 2**0.5)]
        for run in (0, 1):
            (here,) = drawn.score(run, bins=bins, bins_by='side').bins
            assert curve.objects[point] == here.boxes
            expected = [here.ap, here.ar_most] if here.boxes >= ENOUGH else [np.nan] * 2
            assert curve.scores[run, :, point] == pytest.approx(expected, nan_ok=True)


def test_relative_bins_have_a_relative_curve(drawn):
    relative = dict(bins=[('low', 0, 0.2), ('high', 0.2, 1)], bins_by='relative-side')
    results = [drawn.score(run, **relative) for run in (0, 1)]
    curve = object_curve(results, resamples=2)
    assert curve.by == 'relative-side'
    assert 0 < curve.sizes[0] < curve.sizes[-1] < 2


def test_thresholds_of_each_size(drawn):
    results = [drawn.score(0), drawn.score(1)]
    table = threshold_table(results, ['a', 'b'])
    assert list(table.head) == ['', 'small', 'medium', 'large', 'all']
    best = thresholds_by_size(results[1].matches)
    assert [cell.text for cell in table.rows[1]] == ['b', *(f'{t.score:.2f}' for t in best)]
