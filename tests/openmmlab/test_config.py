"""Configs are loaded with their options, or one error says what is wrong."""

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import ConfigErrors, load_config, require_parts


def test_a_file_with_options(tmp_path):
    file = tmp_path / 'mine.py'
    file.write_text('model = dict(type="A", depth=50)\n')
    cfg = load_config(file, cfg_options={'model.depth': 101}, launcher='slurm')
    assert (cfg.model.depth, cfg.launcher, cfg.work_dir) == (101, 'slurm', 'work_dirs/mine')
    assert load_config(file, work_dir=tmp_path).work_dir == str(tmp_path)


def test_a_config_of_a_toolbox():
    cfg = load_config('mmdet::retinanet/retinanet_r18_fpn_1x_coco.py')
    assert cfg.model.backbone.depth == 18


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('1 / 0', 'ZeroDivisionError'),
        ('raise SystemExit(3)', 'SystemExit'),
        ('model = dict(', 'does not load'),
    ],
)
def test_a_config_that_does_not_load(text, reason, tmp_path):
    (tmp_path / 'bad.py').write_text(text)
    with pytest.raises(UserError, match=rf'bad.py does not load.*{reason}|{reason}'):
        load_config(tmp_path / 'bad.py')


@pytest.mark.parametrize('name', ['none.py', 'mmdet::none.py', 'nothing::none.py'])
def test_a_config_that_is_not_there(name):
    with pytest.raises(UserError, match=r'does not exist|cannot be had'):
        load_config(name)


def test_an_option_that_does_not_fit():
    with pytest.raises(UserError, match=r'cfg_options model.depth.x=1 does not fit'):
        load_config(Config(dict(model=dict(depth=50))), cfg_options={'model.depth.x': 1})


@pytest.mark.parametrize('value', [None, {}, [], 3])
def test_a_part_that_is_none_is_named(value):
    cfg = Config(dict(model=value, train_dataloader=dict(dataset=value)))
    with pytest.raises(UserError, match='has model='):
        require_parts(cfg, 'model')
    with pytest.raises(UserError, match=r'has train_dataloader.dataset='):
        require_parts(cfg, 'train_dataloader')


def test_errors_before_a_run_are_of_its_config():
    cfg = Config(dict())
    said = "config given builds no model: KeyError: 'a'"
    with pytest.raises(UserError, match=said), ConfigErrors(cfg, 'builds no model'):
        raise KeyError('a')
    with pytest.raises(UserError, match=r'^said$'), ConfigErrors(cfg, 'builds no model'):
        raise UserError('said')


def test_errors_of_a_run_that_began_stay_what_they_are():
    errors = ConfigErrors(Config(dict()), 'does not run')
    errors.before_train(None)
    with pytest.raises(KeyError), errors:
        raise KeyError('a')


def test_a_signal_is_not_taken_for_an_error_of_the_config():
    """MMEngine raises SyntaxError over whatever ends the formatting of a config."""
    error = SyntaxError('Failed to format the config file')
    error.__context__ = SystemExit(143)
    with pytest.raises(SystemExit), ConfigErrors(Config(dict()), 'does not run'):
        raise error
