"""What a run starts or resumes from: the last whole checkpoint, the one named, load_from."""

import json
import os
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from res2net_mm.engine.resume import (
    checkpoint_to_resume,
    latest_whole_checkpoint,
    named_checkpoint,
    set_checkpoint,
)
from res2net_mm.errors import UserError


def save(folder: Path, name: str, iterations: int, state: dict | None = None) -> Path:
    """Save a checkpoint; later ones are newer."""
    path = folder / name
    meta = dict(iter=iterations, epoch=0)
    if state is not None:
        meta['res2net_mm'] = json.dumps(state)
    kept = dict(state_dict=dict(w=torch.rand(1000)), message_hub={}, optimizer={})
    torch.save(dict(meta=meta, **kept), path)
    os.utime(path, (iterations, iterations))
    return path


def name_last(folder, path):
    (folder / 'last_checkpoint').write_text(str(path))


@pytest.fixture
def folder(tmp_path):
    save(tmp_path, 'epoch_1.pth', 10)
    save(tmp_path, 'epoch_2.pth', 20)
    save(tmp_path, 'best_acc_epoch_2.pth', 30)
    save(tmp_path, '.epoch_3.partial-1.pth', 40)
    name_last(tmp_path, tmp_path / 'epoch_2.pth')
    return tmp_path


def test_the_one_named_in_last_checkpoint(folder):
    name_last(folder, folder / 'epoch_1.pth')
    assert latest_whole_checkpoint(folder).path == folder / 'epoch_1.pth'


@pytest.mark.parametrize('note', [None, '', '/gone/epoch_9.pth', '/gone/epoch_2.pth', 'epoch_'])
def test_the_newest_where_that_says_nothing(folder, note):
    (folder / 'last_checkpoint').unlink()
    if note is not None:
        name_last(folder, note)
    found = latest_whole_checkpoint(folder)
    assert (found.path, found.meta['iter']) == (folder / 'epoch_2.pth', 20)


@pytest.mark.parametrize(
    ('note', 'named'), [('/gone/epoch_9.pth', True), ('/gone/epoch_2.pth', False)]
)
def test_a_last_checkpoint_that_is_gone_is_named(folder, note, named):
    """Unless the file of its name lies here, as where the folder was moved."""
    name_last(folder, note)
    _, passed_over = checkpoint_to_resume(folder)
    missing = f'not resumed from: {folder / "last_checkpoint"} names {note}, which does not exist'
    assert passed_over == [missing] * named


@pytest.mark.parametrize('part', [0, 0.02, 0.5, 0.99])
def test_half_a_file_is_passed_over_and_named(folder, part):
    last = folder / 'epoch_2.pth'
    content = last.read_bytes()
    last.write_bytes(content[: int(part * len(content))])
    found, passed_over = checkpoint_to_resume(folder)
    assert found.path == folder / 'epoch_1.pth'
    assert found == latest_whole_checkpoint(folder)
    assert len(passed_over) == 1
    assert 'epoch_2.pth' in passed_over[0]


def test_weights_alone_are_passed_over(folder):
    torch.save(dict(state_dict={}), folder / 'epoch_2.pth')
    found, passed_over = checkpoint_to_resume(folder)
    assert found.path == folder / 'epoch_1.pth'
    assert 'holds no meta, message_hub, optimizer' in passed_over[0]


def test_an_earlier_run_in_the_same_folder_is_passed_over(folder):
    (folder / 'run.json').write_text(json.dumps(dict(id='now')))
    found = latest_whole_checkpoint(folder)
    assert found is None
    path = save(folder, 'epoch_1.pth', 10, state=dict(id='now'))
    assert latest_whole_checkpoint(folder).path == path


def test_where_all_are_damaged_nothing_begins_anew(tmp_path):
    (tmp_path / 'epoch_1.pth').write_bytes(b'PK')
    assert latest_whole_checkpoint(tmp_path) is None
    with pytest.raises(UserError, match=r'no checkpoint in .*epoch_1\.pth.*remove them'):
        checkpoint_to_resume(tmp_path)


def test_an_empty_folder_has_none(tmp_path):
    assert checkpoint_to_resume(tmp_path) == (None, [])
    assert latest_whole_checkpoint(tmp_path) is None
    assert latest_whole_checkpoint(tmp_path / 'gone') is None


def test_a_named_one_that_is_damaged_is_refused_with_what_to_take(folder):
    (folder / 'named.pth').write_bytes(b'PK')
    with pytest.raises(UserError, match=r'named\.pth.*damaged.*last whole one .*epoch_2\.pth'):
        named_checkpoint(folder / 'named.pth')


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
