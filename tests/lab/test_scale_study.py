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
from lab.scale_study import EQUAL, EXTRA, TASKS, main, networks
from res2net_mm.backbones import Res2Net

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
