"""A run is done again from its work directory alone, to the same bits."""

import json

import pytest
import torch
from shipped_configs import LIGHT, QUICK

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
