"""What a run starts from: the latest checkpoint, the one named, load_from, or nothing."""

import pytest
from mmengine.config import Config

from res2net_mm.engine.train import _set_checkpoint
from res2net_mm.errors import UserError


@pytest.fixture
def cfg(tmp_path):
    """A config whose run began from a checkpoint of the whole model."""
    (tmp_path / 'began.pth').touch()
    return Config(dict(work_dir=str(tmp_path), load_from=str(tmp_path / 'began.pth')))


def saved(tmp_path):
    (tmp_path / 'epoch_1.pth').touch()
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_1.pth'))
    return str(tmp_path / 'epoch_1.pth')


def test_the_latest_checkpoint_wins_over_where_the_run_began(cfg, tmp_path):
    latest = saved(tmp_path)
    _set_checkpoint(cfg, True)
    assert (cfg.load_from, cfg.resume) == (latest, True)


def test_a_named_checkpoint_wins_over_the_latest(cfg, tmp_path):
    saved(tmp_path)
    (tmp_path / 'named.pth').touch()
    _set_checkpoint(cfg, str(tmp_path / 'named.pth'))
    assert (cfg.load_from, cfg.resume) == (str(tmp_path / 'named.pth'), True)


def test_with_nothing_saved_the_run_starts_as_the_config_says(cfg, tmp_path):
    _set_checkpoint(cfg, True)
    assert (cfg.load_from, cfg.resume) == (str(tmp_path / 'began.pth'), False)


@pytest.mark.parametrize(('resume', 'what'), [('gone.pth', 'resume'), (False, 'start')])
def test_a_checkpoint_that_is_not_there_is_refused(cfg, resume, what):
    cfg.load_from = 'gone.pth'
    with pytest.raises(UserError, match=rf'gone\.pth to {what} from does not exist'):
        _set_checkpoint(cfg, resume)
