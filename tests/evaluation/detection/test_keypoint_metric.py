"""The metric of keypoints: MMPose's ten numbers, and a table and files by size of the person."""

import json
import logging

import numpy as np
import pytest
from mmengine.structures import InstanceData
from test_keypoints import random_people

from res2net_mm.errors import UserError
from res2net_mm.evaluation import KeypointMetric, read_saved_evaluation

THEIRS = ('AP', 'AP .5', 'AP .75', 'AP (M)', 'AP (L)', 'AR', 'AR .5', 'AR .75', 'AR (M)', 'AR (L)')


@pytest.fixture
def people(tmp_path):
    """Return the file of random ground truth, and what a pose estimator says of it."""
    truth, results = random_people(5)
    file = tmp_path / 'people.json'
    file.write_text(json.dumps(truth))
    rng = np.random.default_rng(0)
    samples = []
    for index, result in enumerate(results):
        points = np.array(result['keypoints']).reshape(1, -1, 3)
        predicted = InstanceData(
            keypoints=points[..., :2],
            keypoint_scores=rng.random(points.shape[:2]),
            bbox_scores=np.array([result['score']]),
            bboxes=np.array([[0.0, 0, 10, 10]]),
        )
        sample = dict(id=index, img_id=result['image_id'], category_id=1)
        samples.append(
            dict(
                sample,
                pred_instances=dict(predicted.items()),
                gt_instances=dict(bbox_scores=predicted.bbox_scores, bboxes=predicted.bboxes),
                raw_ann_info=[],
                ori_shape=(300, 400),
            )
        )
    return file, samples


def score(metric, samples):
    from mmpose.datasets.datasets.utils import parse_pose_metainfo

    metric.dataset_meta = parse_pose_metainfo(dict(from_file='configs/_base_/datasets/coco.py'))
    metric.process({}, samples)
    return metric.evaluate(size=len(samples))


@pytest.mark.parametrize(
    'options', [{}, dict(score_mode='bbox', nms_mode='none'), dict(nms_thr=0.3)]
)
def test_the_ten_numbers_are_those_of_mmpose(people, options, tmp_path):
    from mmpose.evaluation import CocoMetric

    file, samples = people
    ours = score(KeypointMetric(ann_file=file, out_dir=tmp_path / 'out', **options), samples)
    theirs = score(CocoMetric(ann_file=str(file), **options), samples)
    assert {name.removeprefix('coco/') for name in ours} == {*THEIRS, 'AP (S)', 'AR (S)'}
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, abs=1e-9), name
    assert 0 < ours['coco/AP'] < 1


def test_table_and_files(people, tmp_path, caplog):
    file, samples = people
    with caplog.at_level(logging.INFO):
        metric = KeypointMetric(
            ann_file=file, out_dir=tmp_path / 'out', bins=[64, 128], bins_by='side'
        )
        score(metric, samples)
    scores = json.loads((tmp_path / 'out/ap_by_size.json').read_text())['keypoints']
    assert [entry['bin'] for entry in scores['scores']] == ['0-64', '64-128', '128-up', 'all']
    saved = read_saved_evaluation(tmp_path / 'out')
    assert saved.detections.keys() == {'keypoints'}
    assert len(saved.read_ground_truth().annotations) == len(
        json.loads(file.read_text())['annotations']
    )


def test_a_file_without_keypoints_is_refused(people, tmp_path):
    truth = json.loads(people[0].read_text())
    for annotation in truth['annotations']:
        del annotation['keypoints']
    file = tmp_path / 'boxes.json'
    file.write_text(json.dumps(truth))
    with pytest.raises(UserError, match='holds no keypoints'):
        KeypointMetric(ann_file=file)


def test_without_mmpose_one_sentence_says_so(people, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, 'mmpose.evaluation', None)
    with pytest.raises(UserError, match='MMPose, which cannot be used'):
        KeypointMetric(ann_file=people[0])


def test_no_images_are_one_error(people):
    metric = KeypointMetric(ann_file=people[0])
    with pytest.raises(UserError, match='nothing to evaluate'):
        metric.compute_metrics([])
