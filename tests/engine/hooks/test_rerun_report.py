"""A run done again comes to the same, and says what is not as it was."""

import json

import pytest
import torch
from tiny_run import losses

from res2net_mm.engine import rerun
from res2net_mm.errors import UserError


def test_the_same_again(tiny, tmp_path, log_of):
    first = tiny(deterministic=True)
    again = rerun(tmp_path / 'run')
    assert losses(tmp_path / 'run') == losses(tmp_path / 'run_rerun')
    for name, tensor in first.model.state_dict().items():
        assert torch.equal(tensor, again.model.state_dict()[name])
    assert 'nothing: code, versions, environment and data are the same' in log_of(again)
    with pytest.raises(UserError, match='holds a run already'):
        rerun(tmp_path / 'run')


def test_what_differs_is_said(tiny, tmp_path, log_of):
    tiny(change={'train_cfg.max_epochs': 1})
    path = tmp_path / 'run' / 'run.json'
    record = json.loads(path.read_text())
    record['versions'] |= {'torch': '1.0', 'gone': '2'}
    record['data']['train']['images'] = 7
    path.write_text(json.dumps(record))
    log = log_of(rerun(tmp_path / 'run', new_work_dir=tmp_path / 'new'))
    for line in (
        f'versions: torch was 1.0, is {torch.__version__}',
        'versions: gone was 2, is not set',
        'data: train: images was 7, is 22',
    ):
        assert line in log
