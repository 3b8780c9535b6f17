"""Disk full, and what a resumed run prints."""

import resource
import signal

import pytest
from tiny_run import BATCHES

from res2net_mm.engine.runs.latest_checkpoint import latest_whole_checkpoint
from res2net_mm.errors import UserError

BULK = 30_000  # floats


@pytest.fixture
def file_limit():
    """Let no file grow past a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_checkpoint_and_one_error(tiny, tmp_path, file_limit):
    tiny(change={'train_cfg.max_epochs': 1}, bulk=BULK)
    kept = tmp_path / 'run' / 'epoch_1.pth'
    before = kept.read_bytes()
    file_limit(100_000)
    with pytest.raises(UserError, match=r'cannot be written.*last whole checkpoint is .*epoch_1'):
        tiny(bulk=BULK, resume=True)
    assert kept.read_bytes() == before
    assert not list((tmp_path / 'run').glob('.*partial*'))
    assert latest_whole_checkpoint(tmp_path / 'run').path == kept


def test_a_resumed_run_says_where_it_goes_on(tiny, tmp_path, log_of):
    tiny(change={'train_cfg.max_epochs': 1})
    log = log_of(tiny(resume=True))
    path = tmp_path / 'run' / 'epoch_1.pth'
    assert f'resumed from {path}' in log
    assert (
        f'resumes at: epoch 2 of 3, iteration {BATCHES + 1} of {3 * BATCHES}, learning rate 0.00'
        in log
    )


def test_sigterm_ends_the_process_as_before_once_training_is_over(tiny):
    before = signal.getsignal(signal.SIGTERM)
    tiny(change={'train_cfg.max_epochs': 1})
    assert signal.getsignal(signal.SIGTERM) == before


def test_leftovers_of_killed_writers_are_removed(tiny, tmp_path):
    folder = tmp_path / 'run'
    folder.mkdir()
    (folder / '.epoch_1.partial-99999999.pth').touch()
    tiny(change={'train_cfg.max_epochs': 1})
    assert not list(folder.glob('.*partial*'))
