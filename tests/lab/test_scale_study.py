"""Families of equal cost, and what comes of their runs."""

import json
import re
from dataclasses import replace
from statistics import mean, stdev

import cv2
import pytest
import torch
from scipy.stats import t as student
from torch import nn

from lab import seed_runs
from lab.scale_study import EQUAL, EXTRA, TASKS, main, networks, training, write_configs
from res2net_mm.backbones import Res2Net
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config

BINS = ('small', 'medium', 'all')


def cost_of(arguments: dict) -> tuple[int, int]:
    """Parameters, and multiply-adds of convolutions for an image of 64 px."""
    net, macs = Res2Net(**arguments).eval(), 0

    def count(conv: nn.Conv2d, _, out: torch.Tensor) -> None:
        nonlocal macs
        macs += out.numel() * conv.weight[0].numel()

    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    with torch.no_grad():
        net(torch.zeros(1, 3, 64, 64))
    return sum(p.numel() for p in net.parameters()), macs


@pytest.mark.parametrize('family', [list(EQUAL), [f'more {what}' for what in EXTRA]])
def test_networks_of_a_family_cost_the_same_within_three_per_cent(family):
    costs = [cost_of(networks()[name]) for name in family]
    for values in zip(*costs, strict=True):
        middle = (max(values) + min(values)) / 2
        assert max(values) / middle < 1.03


def score(name: str, seed: int, size: str) -> float:
    """A score in 0..1 that depends on the network, the seed and the size."""
    return (len(name) * 7 + seed * 3 + len(size)) % 50 / 100 + seed**2 / 200


@pytest.mark.parametrize('task', TASKS)
def test_a_study_trains_what_is_missing_and_tells_means_and_gains(task, tmp_path, monkeypatch):
    trained = []

    def train(config, *, data, work_dir, cfg_options):
        trained.append(config.stem)
        seed = cfg_options['randomness.seed']
        of = seed_runs.METRICS[seed_runs.load_config(config).val_evaluator.type]
        scores = [
            {'bin': size, of.objects: 9, of.score: score(config.stem, seed, size)} for size in BINS
        ]
        work_dir.mkdir(parents=True, exist_ok=True)
        result = {'scores': scores}
        (work_dir / of.file).write_text(json.dumps({of.part: result} if of.part else result))

    monkeypatch.setattr(seed_runs, 'train', train)
    for name, metric in seed_runs.METRICS.items():
        monkeypatch.setitem(seed_runs.METRICS, name, replace(metric, draw=str))
    options = [task, '-o', str(tmp_path), '--debug', '--seeds']
    main([*options, '0', '1'])
    main([*options, '0', '1', '2'])
    assert len(trained) == 3 * len(networks())
    told = json.loads((tmp_path / 'scale.json').read_text())
    assert list(told['networks']) == list(networks())
    values = [100 * score('more_depth', seed, 'small') for seed in range(3)]
    found = told['networks']['more depth']['scores']['small']
    assert found['value'] == pytest.approx(mean(values))
    half = student.ppf(0.975, 2) * stdev(values) / 3**0.5
    assert found['half'] == pytest.approx(half)
    gain = told['networks']['65w1s']['gains']['all']
    assert gain == pytest.approx({'value': 0, 'half': 0})  # names of the same length
    table = (tmp_path / 'table.md').read_text()
    assert f'| {mean(values):.1f} ± {half:.1f} |' in table
    assert len(re.findall(r'^\| more', table, re.M)) == len(EXTRA)
    assert cv2.imread(str(tmp_path / 'scale.png')) is not None


def test_some_of_the_networks_are_trained_on_a_set_of_another_size(tmp_path, monkeypatch, capsys):
    drawn = []

    def train(config, *, data, work_dir, cfg_options):
        work_dir.mkdir(parents=True, exist_ok=True)
        scores = [{'bin': size, 'images': 9, 'top-1': 0.5} for size in BINS]
        (work_dir / 'accuracy_by_size.json').write_text(json.dumps({'scores': scores}))

    monkeypatch.setattr(seed_runs, 'train', train)
    name = 'res2net_mm.AccuracyMetric'
    metric = replace(seed_runs.METRICS[name], draw=lambda root, **n: drawn.append((root, n)))
    monkeypatch.setitem(seed_runs.METRICS, name, metric)
    options = ['classification', '-o', str(tmp_path), '--seeds', '0', '--length', '3']
    main([*options, '--images', '800', '--networks', '26w4s', '65w1s'])
    assert drawn == [('data/demo_objects/', {'train_images': 800})] * 2
    told = json.loads((tmp_path / 'scale.json').read_text())
    assert list(told['networks']) == ['26w4s', '65w1s']
    assert told['networks']['65w1s']['scores']['all'] == {'value': 50, 'half': None}  # one seed
    assert '| 50.0 |' in (tmp_path / 'table.md').read_text()
    main([*options, '--images', '900', '--networks', '26w4s', '65w1s'])
    assert drawn[2:] == [('data/demo_objects/', {'train_images': 900})] * 2
    with pytest.raises(SystemExit):
        main([*options, '--networks', '65w1s'])
    assert '--networks 65w1s: 26w4s must be among them' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('task', 'unit', 'warm_up'),
    [('detection', 'epochs', 15), ('classification', 'epochs', 1), ('segmentation', 'iters', 1)],
)
def test_a_short_training_ends_its_schedule_and_validates_once(task, unit, warm_up, tmp_path):
    settings = training(task, 10 if unit == 'iters' else 3, 200, None)
    cfg = load_config(write_configs(task, ['26w4s'], tmp_path, settings)['26w4s'])
    length = cfg.train_cfg[f'max_{unit}']
    assert cfg.train_cfg.val_interval == length == cfg.param_scheduler[1].end
    assert cfg.param_scheduler[0].end == warm_up  # 150, 18 and 10 iterations
    assert cfg.model.backbone.base_width == 26


def test_a_detector_is_trained_and_tested_on_smaller_images(tmp_path):
    settings = training('detection', None, None, 160)
    cfg = load_config(write_configs('detection', ['18w6s'], tmp_path, settings)['18w6s'])
    steps = [step.type for step in cfg.train_dataloader.dataset.pipeline]
    assert steps.index('Resize') > steps.index('LoadAnnotations')  # boxes are resized, too
    for part in ('train', 'val', 'test'):
        pipeline = cfg[f'{part}_dataloader'].dataset.pipeline
        assert [step.scale for step in pipeline if step.type == 'Resize'] == [(160, 160)]
    assert cfg.image_size == (160, 160)
    with pytest.raises(UserError, match='--image-size 160 is for detection, not for segmentation'):
        training('segmentation', None, None, 160)
