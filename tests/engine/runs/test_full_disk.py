"""A full disk leaves the last checkpoint, and is one error."""

import logging
import resource

import pytest

from res2net_mm.engine.runs.full_disk import full_disk_is_one_error
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


def test_a_log_that_cannot_be_written_prints_no_traceback(capsys, tmp_path):
    logger = logging.getLogger('full')
    logger.addHandler(logging.FileHandler('/dev/full'))
    with full_disk_is_one_error(str(tmp_path)):
        logger.error('a line of the log')
    assert capsys.readouterr().err == ''
    logger.error('a line after the run')
    assert 'No space left' in capsys.readouterr().err


def test_other_errors_of_the_system_stay(tmp_path):
    with pytest.raises(PermissionError), full_disk_is_one_error(str(tmp_path)):
        raise PermissionError(13, 'Permission denied', 'a.pth')


def test_where_nothing_was_saved(tmp_path):
    with (
        pytest.raises(UserError, match=r'a\.pth cannot be written.*No checkpoint.*resume=True'),
        full_disk_is_one_error(str(tmp_path)),
    ):
        raise OSError(28, 'No space left on device', 'a.pth')
