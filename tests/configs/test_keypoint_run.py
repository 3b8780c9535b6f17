"""A pose estimator is trained, resumed and tested by the commands, on people drawn for it."""

import json
from pathlib import Path

import pytest
from folders import write_coco
from people_folders import write_people
from shipped_configs import QUICK, ROOT
from tiny_data import draw_tiny_data

from res2net_mm.engine import evaluate, train
from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_saved_evaluation

CONFIG = ROOT / 'configs/simplebaseline_r2n50_coco_256x192.py'
SMALL = {
    **QUICK,
    'train_cfg.val_interval': 1,
    'train_dataloader.batch_size': 2,
    'model.backbone.preset': 'res2net_light_14w_4s',
    'model.head.in_channels': 1024,
}


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """Return the folder of the data and the work directory of a run of one epoch."""
    root = tmp_path_factory.mktemp('people')
    draw_tiny_data(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        train(CONFIG, pretrained=False, work_dir='run', cfg_options=SMALL)
    return root, root / 'run'


@pytest.mark.slow
def test_validation_writes_ap_by_size(run):
    scores = json.loads((run[1] / 'ap_by_size.json').read_text())['keypoints']
    assert {column['bin'] for column in scores['scores']} == {'small', 'medium', 'large', 'all'}
    assert list(run[1].glob('best_coco_AP_*.pth'))


@pytest.mark.slow
def test_a_run_goes_on(run, monkeypatch):
    monkeypatch.chdir(run[0])
    options = {**SMALL, 'train_cfg.max_epochs': 2}
    runner = train(CONFIG, pretrained=False, work_dir='run', cfg_options=options, resume=True)
    assert (runner.epoch, runner.iter) == (2, 2)


@pytest.mark.slow
@pytest.mark.parametrize('boxes', [None, ''], ids=['detected', 'annotated'])
def test_the_checkpoint_is_tested(run, boxes, monkeypatch, tmp_path):
    monkeypatch.chdir(run[0])
    options = SMALL if boxes is None else {**SMALL, 'test_dataloader.dataset.bbox_file': boxes}
    checkpoint = run[1] / 'epoch_1.pth'
    metrics = evaluate(
        CONFIG, checkpoint, work_dir=tmp_path / 'test', show_dir=tmp_path / 'seen',
        cfg_options=options,
    )  # fmt: skip
    assert {'coco/AP', 'coco/AP .5', 'coco/AP (M)', 'coco/AR'} <= metrics.keys()
    assert (tmp_path / 'test/evaluation.json').is_file()
    assert list((tmp_path / 'seen').rglob('*.png')) or list((tmp_path / 'seen').rglob('*.jpg'))


@pytest.mark.slow
def test_a_folder_is_trained_and_tested_on(tmp_path):
    root, run = write_people(tmp_path / 'set', num_keypoints=3), tmp_path / 'run'
    train(CONFIG, pretrained=False, work_dir=run, data=root, cfg_options=SMALL)
    log = next(run.glob('*/*.log')).read_text()
    assert 'COCO layout of keypoints, train 3 images, val 3, 12 people' in log
    assert 'num_keypoints is missing or wrong, counted anew: 6' in log
    tested = tmp_path / 'test'
    checkpoint = run / 'epoch_1.pth'
    metrics = evaluate(CONFIG, checkpoint, work_dir=tested, data=root, cfg_options=SMALL)
    assert {'coco/AP', 'coco/AR (M)'} <= metrics.keys()
    saved = read_saved_evaluation(tested)
    assert len(saved.read_ground_truth().annotations) == 6
    assert Path(saved.images) == root / 'val2017'


def test_a_folder_of_boxes_is_refused(tmp_path):
    write_coco(tmp_path / 'set')
    with pytest.raises(UserError, match='a folder of boxes, not of keypoints'):
        train(CONFIG, pretrained=False, work_dir=tmp_path / 'run', data=tmp_path / 'set')
