"""A run that is killed, wherever, and resumed comes to the same bits as one that is not."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.engine.runs.resumable_loops import use_resumable_loop

HARNESS = Path(__file__).with_name('kill_points.py')


def kill_and_resume(tmp_path, *, every, offset=1, number=signal.SIGKILL, sizes=(), **options):
    """Kill the tiny run at every so manyth event; return what the harness has seen."""
    case = dict(options=options, every=every, offset=offset, signal=number, sizes=sizes)
    done = subprocess.run(
        [sys.executable, HARNESS, tmp_path, json.dumps(case)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found['different'] == [], done.stderr[-3000:]
    assert found['points'] > 60
    return found


@pytest.mark.parametrize(
    ('written', 'taken'),
    [
        (dict(by_epoch=True), 'res2net_mm.EpochLoop'),
        (dict(by_epoch=False), 'res2net_mm.IterLoop'),
        (dict(type='mmengine.IterBasedTrainLoop'), 'res2net_mm.IterLoop'),
        (dict(type='res2net_mm.EpochLoop'), 'res2net_mm.EpochLoop'),
    ],
)
def test_the_loop_of_a_config_is_replaced_by_its_kind(written, taken):
    cfg = Config(dict(train_cfg=written))
    assert use_resumable_loop(cfg) is None
    assert cfg.train_cfg == dict(type=taken)


def test_a_loop_of_another_kind_stays_and_is_named():
    cfg = Config(dict(train_cfg=dict(type='MultiLoop')))
    assert 'train_cfg is a MultiLoop' in use_resumable_loop(cfg)
    assert cfg.train_cfg.type == 'MultiLoop'


@pytest.mark.slow
def test_killed_between_and_within_writes(tmp_path):
    found = kill_and_resume(tmp_path, every=50, offset=40, sizes=[101_000])
    assert found['statuses'] == [-signal.SIGKILL] * (len(found['statuses']) - 1) + [-signal.SIGXFSZ]
    assert len(found['statuses']) == 3


@pytest.mark.slow
def test_told_to_stop(tmp_path):
    """By a scheduler: it has saved where it was, so that no iteration is done twice."""
    found = kill_and_resume(tmp_path, every=52, offset=61, number=signal.SIGTERM)
    assert set(found['statuses']) == {143}
    assert set(found['repeated']) == {0}


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGKILL, signal.SIGTERM], ids=['kill', 'terminate'])
@pytest.mark.parametrize(
    'options',
    [
        dict(by_epoch=True),
        dict(by_epoch=False),
        dict(by_epoch=True, workers=2),
        dict(by_epoch=False, workers=2, ema=False),
    ],
    ids=['epochs', 'iterations', 'epochs-2-workers', 'iterations-2-workers'],
)
def test_at_many_points(tmp_path, options, number):
    sizes = [101_000, 119_000] if number == signal.SIGKILL else []
    found = kill_and_resume(tmp_path, every=9, number=number, sizes=sizes, **options)
    assert 0 not in found['statuses']
    if number == signal.SIGTERM:
        assert set(found['repeated']) == {0}
