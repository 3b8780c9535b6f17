"""Runs over seeds: trained once each, and the table and picture of what they gave."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import cv2
import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope

from lab import seed_runs as module
from lab.seed_plot import write_seed_plot
from lab.seed_runs import seed_runs
from lab.seed_table import TABLE, write_seed_table
from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.size_metric import RESULT_FILE

CONFIGS = Path(__file__).parents[2] / 'configs'
PLAIN, HIERARCHICAL = (CONFIGS / f'faster_rcnn_r2n_light_{n}_demo.py' for n in ('fpn', 'hfpn'))
METRIC = 'res2net_mm.SizeMetric'
AP = {'small': 0.5, 'medium': 0.4, 'large': None, 'all': 0.45}


@pytest.fixture
def trained(monkeypatch):
    """Stand in for training: write what a run writes, and tell which runs were trained."""
    runs = []

    def train(config, *, data, work_dir, cfg_options):
        seed = cfg_options['randomness.seed']
        runs.append((Path(config).stem, seed))
        scores = [
            dict(bin=name, boxes=10, AP=None if ap is None else ap + seed / 100)
            for name, ap in AP.items()
        ]
        work_dir.mkdir(parents=True, exist_ok=True)
        (work_dir / RESULT_FILE).write_text(json.dumps(dict(bbox=dict(scores=scores))))

    monkeypatch.setattr(module, 'train', train)
    monkeypatch.setitem(module.METRICS, METRIC, replace(module.METRICS[METRIC], draw=str))
    return runs


def test_each_config_is_trained_once_with_each_seed(trained, tmp_path):
    first = list(seed_runs([PLAIN, HIERARCHICAL], [0, 1], tmp_path))
    assert trained == [(path.stem, seed) for seed in (0, 1) for path in (PLAIN, HIERARCHICAL)]
    assert list(seed_runs([PLAIN, HIERARCHICAL], [0, 1], tmp_path)) == first
    assert len(trained) == 4
    list(seed_runs([PLAIN], [0, 2], tmp_path))
    assert trained[4:] == [(PLAIN.stem, 2)]
    assert first[2].scores == pytest.approx(
        {'small': 0.51, 'medium': 0.41, 'large': None, 'all': 0.46}
    )


def test_other_settings_are_another_run(trained, tmp_path):
    mine = tmp_path / 'mine.py'
    for lr in (1e-3, 2e-3):
        mine.write_text(f'_base_ = {str(PLAIN)!r}\noptim_wrapper = dict(optimizer=dict(lr={lr}))')
        list(seed_runs([mine], [0], tmp_path / str(lr)))
        list(seed_runs([mine], [0], tmp_path / str(lr)))
    assert len(trained) == 2
    list(seed_runs([mine], [0], tmp_path / '0.001'))
    assert len(trained) == 3


def test_a_run_broken_off_is_trained_anew(trained, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, 'train', interrupted)
        with pytest.raises(KeyboardInterrupt):
            list(seed_runs([PLAIN], [0], tmp_path))
    list(seed_runs([PLAIN], [0], tmp_path))
    assert trained == [(PLAIN.stem, 0)]


def test_what_cannot_be_compared_is_refused_before_training(trained, tmp_path):
    salient = CONFIGS / 'poolnet_r2n_light_demo.py'
    with pytest.raises(UserError, match=r'is scored by .*, not by res2net_mm\.SizeMetric'):
        list(seed_runs([PLAIN, salient], [0], tmp_path))
    with pytest.raises(UserError, match='a name of its own'):
        list(seed_runs([PLAIN, PLAIN], [0], tmp_path))
    no_size = tmp_path / 'no_size.py'
    no_size.write_text("_base_ = 'res2net_mm::faster_rcnn_r2n50_hfpn.py'")
    with pytest.raises(UserError, match='image_size'):
        list(seed_runs([no_size], [0], tmp_path))
    (tmp_path / f'{PLAIN.stem}_seed0.json').write_text('{')
    with pytest.raises(UserError, match='does not hold a finished run'):
        list(seed_runs([PLAIN], [0], tmp_path))
    assert not trained


@pytest.mark.slow
def test_real_trainings_one_after_the_other(coco_folder, tmp_path, monkeypatch):
    monkeypatch.setitem(module.METRICS, METRIC, replace(module.METRICS[METRIC], draw=str))
    short = tmp_path / 'short.py'
    options = {
        'data_root': f'{coco_folder}/',
        'train_dataloader.dataset.data_root': f'{coco_folder}/',
        'val_dataloader.dataset.data_root': f'{coco_folder}/',
        'val_evaluator.ann_file': f'{coco_folder}/annotations/instances_val2017.json',
        'train_cfg.max_epochs': 1,
        'train_cfg.val_interval': 1,
    }
    cfg = Config.fromfile(HIERARCHICAL)
    cfg.merge_from_dict(options)
    cfg.dump(short)
    runs = list(seed_runs([short], [0, 1], tmp_path / 'out'))
    assert [run.seed for run in runs] == [0, 1]
    for run in runs:
        assert run.objects['all'] == sum(run.objects[name] for name in ('small', 'medium', 'large'))
        cfg = Config.fromfile(tmp_path / f'out/short_seed{run.seed}/short.py')
        assert cfg.randomness.seed == run.seed


def test_the_table_has_costs_and_mean_and_spread(trained, tmp_path):
    runs = list(seed_runs([PLAIN, HIERARCHICAL], [0, 1, 3], tmp_path))
    text = write_seed_table([PLAIN, HIERARCHICAL], runs, tmp_path)
    assert (tmp_path / TABLE).read_text() == text
    small = [50, 51, 53]
    cell = f'| {mean(small):.1f} ± {stdev(small):.1f} |'
    for path in (PLAIN, HIERARCHICAL):
        line = next(row for row in text.splitlines() if row.startswith(f'| {path.stem} |'))
        assert cell in line
        assert '| no boxes |' in line
        cfg = Config.fromfile(path)
        with DefaultScope.overwrite_default_scope('mmdet'):
            model = MODELS.build(cfg.model)
        neck = sum(p.numel() for p in model.neck.parameters())
        whole = sum(p.numel() for p in model.parameters())
        assert f'| {neck / 1e3:.1f} | {whole / 1e6:.2f} |' in line
    assert 'seeds 0, 1, 3' in text


def test_the_picture_shows_the_runs(trained, tmp_path):
    runs = list(seed_runs([PLAIN, HIERARCHICAL], [0, 1], tmp_path))
    picture = cv2.imread(str(write_seed_plot(runs, tmp_path)))
    colours = {tuple(pixel) for pixel in picture.reshape(-1, 3)}
    assert {(180, 119, 31), (14, 127, 255)} <= colours  # matplotlib's first two, BGR
