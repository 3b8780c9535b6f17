import numpy as np
import pytest
from mmengine.config import Config
from seeing_detector import write_checkpoint
from shipped_configs import LIGHT_SEGMENTER

from res2net_mm.apparent_size.tested_detector import load_tested_detector, prepare_test_set
from res2net_mm.errors import UserError


def test_the_model_and_its_ground_truth_are_loaded(seeing, tmp_path):
    config, checkpoint = seeing(8, 64)
    tests = prepare_test_set(config, checkpoint, work_dir=tmp_path)
    tested = load_tested_detector(tests, checkpoint, device='cpu')
    assert (tested.model.low, tested.model.high) == (8, 64)
    assert not tested.model.training
    metric = tests.make_metric()
    assert metric.iou_types == ['bbox']
    assert len(metric.ground_truth.annotations) == 120


@pytest.mark.parametrize(
    ('evaluator', 'expected'),
    [
        (dict(type='VOCMetric', metric='mAP', eval_mode='area'), ('voc12', None)),
        (dict(type='res2net_mm.SizeMetric', bins=[30], bins_by='side'), ('coco', [30])),
    ],
)
def test_evaluators_of_other_kinds_become_scores_by_size(seeing, tmp_path, evaluator, expected):
    config, checkpoint = seeing(8, 64)
    cfg = Config.fromfile(config)
    cfg.test_evaluator = evaluator
    options = prepare_test_set(cfg, checkpoint, work_dir=tmp_path).make_metric().options
    protocol, edges = expected
    assert options['protocol'] == protocol
    assert np.isclose(options['bins'][0].high, edges[0] if edges else 32**2)


def test_an_evaluator_without_ground_truth_is_named(seeing, tmp_path):
    config, checkpoint = seeing(8, 64)
    cfg = Config.fromfile(config)
    cfg.test_evaluator = dict(type='DumpProposals')
    with pytest.raises(UserError, match='evaluated by DumpProposals'):
        prepare_test_set(cfg, checkpoint, work_dir=tmp_path)


def test_a_segmenter_is_refused(tmp_path):
    checkpoint = write_checkpoint(tmp_path / 'c.pth', dict(type='SeeingDetector', low=1, high=2))
    with pytest.raises(UserError, match='this is for detectors, and the config describes a segm'):
        prepare_test_set(LIGHT_SEGMENTER, checkpoint, work_dir=tmp_path)


def test_images_without_labels_are_refused(seeing, squares, tmp_path):
    config, checkpoint = seeing(8, 64)
    cfg = Config.fromfile(config)
    cfg.test_evaluator.format_only = True
    with pytest.raises(UserError, match='has no labels'):
        prepare_test_set(cfg, checkpoint, work_dir=tmp_path)
