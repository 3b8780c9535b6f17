"""Checkpoints are written whole, and the old one goes last."""

import os
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from mmengine.config import Config
from mmengine.fileio import get_file_backend

from res2net_mm.engine.runs.atomic_checkpoints import (
    WholeCheckpointHook,
    make_mmengine_write_whole_files,
    use_whole_checkpoints,
)


def test_mmengine_writes_whole_or_not_at_all(undone, tmp_path, monkeypatch):
    make_mmengine_write_whole_files()
    file = tmp_path / 'new' / 'epoch_1.pth'
    get_file_backend(str(file)).put(b'old', str(file))

    def full(*_):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match='No space left'):
        get_file_backend(str(file)).put(b'new', str(file))
    assert file.read_bytes() == b'old'
    assert list(file.parent.iterdir()) == [file]


class FakeRunner:
    """Saves a checkpoint by noting what lies beside it at that time."""

    def __init__(self, folder):
        self.work_dir = str(folder)
        self.epoch, self.iter, self.rank = 0, 0, 0
        self.message_hub = SimpleNamespace(
            runtime_info={}, update_info=self._update, get_info=lambda key: self._info[key]
        )
        self._info = self.message_hub.runtime_info
        self.logger = Mock()
        self.beside = []
        self.folder = folder

    def _update(self, key, value):
        self._info[key] = value

    def save_checkpoint(self, out_dir, filename, *_, **__):
        self.beside.append(sorted(file.name for file in self.folder.glob('*.pth')))
        (self.folder / filename).write_text(filename)


def run_epochs(folder, scores, **settings):
    runner = FakeRunner(folder)
    hook = WholeCheckpointHook(interval=1, **settings)
    hook.before_train(runner)
    for epoch, score in enumerate(scores):
        runner.epoch = epoch
        runner.max_epochs = len(scores)
        hook.after_train_epoch(runner)
        runner.epoch = epoch + 1
        hook.after_val_epoch(runner, dict(acc=score))
    return runner


def test_the_old_checkpoint_stays_until_the_new_one_is_there(tmp_path):
    runner = run_epochs(tmp_path, [1, 0, 0], max_keep_ckpts=1)
    assert runner.beside == [[], ['epoch_1.pth'], ['epoch_2.pth']]
    assert [file.name for file in tmp_path.glob('*.pth')] == ['epoch_3.pth']
    assert (tmp_path / 'last_checkpoint').read_text() == str(tmp_path / 'epoch_3.pth')


def test_so_does_the_best_one(tmp_path):
    runner = run_epochs(tmp_path, [1, 2], max_keep_ckpts=1, save_best='acc', rule='greater')
    assert runner.beside[-2:] == [
        ['best_acc_epoch_1.pth', 'epoch_2.pth'],
        ['best_acc_epoch_1.pth', 'best_acc_epoch_2.pth', 'epoch_2.pth'],
    ]
    names = sorted(file.name for file in tmp_path.glob('*.pth'))
    assert names == ['best_acc_epoch_2.pth', 'epoch_2.pth']


def test_the_best_one_that_is_written_again_is_not_removed(tmp_path):
    """After a kill the validation is done again, and the same name may come out."""
    runner = FakeRunner(tmp_path)
    runner._info.update(best_ckpt=str(tmp_path / 'best_acc_epoch_1.pth'), best_score=0)
    (tmp_path / 'best_acc_epoch_1.pth').touch()
    hook = WholeCheckpointHook(interval=1, save_best='acc', rule='greater')
    hook.before_train(runner)
    runner.epoch, runner.max_epochs = 0, 2
    hook.after_train_epoch(runner)
    runner.epoch = 1
    hook.after_val_epoch(runner, dict(acc=1))
    assert (tmp_path / 'best_acc_epoch_1.pth').read_text() == 'best_acc_epoch_1.pth'


def test_what_a_stopped_run_left_goes_with_the_next_checkpoint(tmp_path):
    (tmp_path / 'stopped.pth').touch()
    run_epochs(tmp_path, [1])
    assert [file.name for file in tmp_path.glob('*.pth')] == ['epoch_1.pth']


def test_every_checkpoint_hook_of_a_config_is_replaced_and_no_other():
    cfg = Config(
        dict(
            default_hooks=dict(
                checkpoint=dict(type='CheckpointHook', interval=3), logger=dict(type='LoggerHook')
            ),
            custom_hooks=[dict(type='mmengine.CheckpointHook'), dict(type='EMAHook')],
        )
    )
    use_whole_checkpoints(cfg)
    assert cfg.default_hooks.checkpoint == dict(type='res2net_mm.WholeCheckpointHook', interval=3)
    types = [hook.type for hook in (cfg.default_hooks.logger, *cfg.custom_hooks)]
    assert types == ['LoggerHook', 'res2net_mm.WholeCheckpointHook', 'EMAHook']
