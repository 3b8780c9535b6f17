"""What a run starts from: the latest checkpoint, the one named, load_from, or nothing."""

import pytest
import torch
from mmengine.config import Config

from res2net_mm.engine.resume import set_checkpoint
from res2net_mm.errors import UserError


@pytest.fixture
def cfg(tmp_path):
    """A config whose run began from a checkpoint of the whole model."""
    (tmp_path / 'began.pt').touch()
    return Config(dict(work_dir=str(tmp_path), load_from=str(tmp_path / 'began.pt')))


def saved(tmp_path, name='epoch_1.pth'):
    meta = dict(epoch=1, iter=10, seed=5)
    content = dict(meta=meta, state_dict={}, message_hub={}, optimizer={})
    torch.save(content, tmp_path / name)
    return str(tmp_path / name)


def test_the_latest_checkpoint_wins_over_where_the_run_began(cfg, tmp_path):
    latest = saved(tmp_path)
    set_checkpoint(cfg, True)
    assert (cfg.load_from, cfg.resume) == (latest, True)


def test_its_seed_wins_over_the_configs(cfg, tmp_path):
    """MMEngine takes it from the checkpoint too late: the order of the data is drawn by then."""
    saved(tmp_path)
    cfg.randomness = dict(seed=None, deterministic=True)
    set_checkpoint(cfg, True)
    assert cfg.randomness == dict(seed=5, deterministic=True)


def test_a_named_checkpoint_wins_over_the_latest(cfg, tmp_path):
    saved(tmp_path)
    named = saved(tmp_path, 'named.pth')
    set_checkpoint(cfg, named)
    assert (cfg.load_from, cfg.resume) == (named, True)


def test_a_config_that_says_resume_is_resumed_in_the_same_way(cfg, tmp_path):
    latest = saved(tmp_path)
    cfg.update(resume=True, load_from=None)
    set_checkpoint(cfg, False)
    assert (cfg.load_from, cfg.resume) == (latest, True)


def test_half_a_checkpoint_is_passed_over_and_said_to_be(cfg, tmp_path):
    whole = saved(tmp_path)
    (tmp_path / 'epoch_2.pth').write_bytes(b'PK')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_2.pth'))
    message, resuming, began = set_checkpoint(cfg, True)
    assert 'epoch_2.pth' in message
    assert resuming == f'resuming from {whole}'
    assert 'is not loaded again' in began
    assert cfg.load_from == whole


def test_a_last_checkpoint_that_is_gone_is_said_to_be(cfg, tmp_path):
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_9.pth'))
    message, anew, _ = set_checkpoint(cfg, True)
    assert f'{tmp_path / "epoch_9.pth"}, which does not exist' in message
    assert 'starts anew' in anew
    other = saved(tmp_path)
    message, resuming, _ = set_checkpoint(cfg, True)
    assert f'{tmp_path / "epoch_9.pth"}, which does not exist' in message
    assert resuming == f'resuming from {other}'


def test_with_nothing_saved_the_run_starts_as_the_config_says(cfg, tmp_path):
    message, began = set_checkpoint(cfg, True)
    assert 'starts anew' in message
    assert began == f'starting from the weights of {tmp_path / "began.pt"}'
    assert (cfg.load_from, cfg.resume) == (str(tmp_path / 'began.pt'), False)


@pytest.mark.parametrize(
    ('resume', 'message'),
    [('gone.pth', r'gone\.pth does not exist'), (False, r'gone\.pth does not exist')],
)
def test_a_checkpoint_that_is_not_there_is_refused(cfg, resume, message):
    cfg.load_from = 'gone.pth'
    with pytest.raises(UserError, match=message):
        set_checkpoint(cfg, resume)
