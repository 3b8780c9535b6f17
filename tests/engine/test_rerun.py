"""A run is done again from its work directory alone, to the same bits; what differs is said."""

import json

import pytest
import torch
from shipped_configs import LIGHT, QUICK
from tiny_run import losses

from res2net_mm.engine import rerun, train
from res2net_mm.errors import UserError


def weights(runner):
    return runner.model.state_dict()


@pytest.mark.slow
@pytest.mark.usefixtures('undone')
def test_deterministic_twice_and_from_its_record(coco_folder, tmp_path):
    options = dict(data=coco_folder, deterministic=True)
    options['cfg_options'] = QUICK | {'train_dataloader.batch_size': 2, 'val_cfg': None}
    options['cfg_options'] |= {'val_dataloader': None, 'val_evaluator': None}
    first = train(LIGHT, work_dir=tmp_path / 'first', **options)
    again = rerun(tmp_path / 'first')
    assert again.work_dir == str(tmp_path / 'first_rerun')
    for name, tensor in weights(first).items():
        assert torch.equal(tensor, weights(again)[name]), name


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (None, 'does not exist'),
        ('{"starts": ', 'not a run record'),
        ('[]', 'not a run record'),
        (json.dumps(dict(seed=1)), 'holds no config, config_name, deterministic, starts'),
    ],
)
def test_what_is_no_record(tmp_path, content, message):
    if content is not None:
        (tmp_path / 'run.json').write_text(content)
    with pytest.raises(UserError, match=message):
        rerun(tmp_path)


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
