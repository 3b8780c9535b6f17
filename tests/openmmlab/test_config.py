"""Configs are loaded with their options, or one error says what is wrong and which key is meant."""

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import ConfigErrors, load_config, meant_places


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
    with pytest.raises(UserError, match=r'does not exist|is not found'):
        load_config(name)


def test_an_option_that_does_not_fit():
    with pytest.raises(UserError, match=r'cfg_options model.depth.x=1 does not fit'):
        load_config(Config(dict(model=dict(depth=50))), cfg_options={'model.depth.x': 1})


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


COCO = dict(type='CocoDataset', data_root='data', pipeline=[dict(type='Resize', scale=(9, 9))])
REPEATED = dict(type='RepeatDataset', times=2, dataset=COCO)
JOINED = dict(type='ConcatDataset', datasets=[COCO, REPEATED])


def config(dataset):
    return Config(dict(train_dataloader=dict(batch_size=2, dataset=dataset)))


ROOT = 'train_dataloader.dataset'


@pytest.mark.parametrize(
    ('dataset', 'option', 'places'),
    [
        (COCO, f'{ROOT}.pipeline.0.scale', []),
        (COCO, f'{ROOT}.indices', []),  # new, and where it belongs
        (COCO, 'load_from', []),
        (REPEATED, f'{ROOT}.times', []),
        (REPEATED, f'{ROOT}.lazy_init', []),
        (REPEATED, f'{ROOT}.dataset.pipeline.0.scale', []),
        (REPEATED, f'{ROOT}.pipeline.0.scale', ['dataset.pipeline.0.scale']),
        (REPEATED, f'{ROOT}.indices', ['dataset.indices']),
        (JOINED, f'{ROOT}.data_root', ['datasets.0.data_root', 'datasets.1.dataset.data_root']),
        (JOINED, f'{ROOT}.datasets.1.data_root', ['datasets.1.dataset.data_root']),
        (JOINED, f'{ROOT}.datasets.0.data_root', []),
        (JOINED, 'train_dataloader.pipeline', []),  # a loader is no wrapper of datasets
    ],
)
def test_places(dataset, option, places):
    expected = [f'{ROOT}.{place}' for place in places]
    assert meant_places(config(dataset), option) == expected


def test_the_error_names_the_key_that_is_meant(tmp_path):
    cfg = config(REPEATED)
    meant = f'{ROOT}.dataset.pipeline.0.scale'
    with pytest.raises(UserError, match=f'pipeline.0.scale=7 is no setting.*give {meant}'):
        load_config(cfg, cfg_options={f'{ROOT}.pipeline.0.scale': 7}, work_dir=tmp_path)
    assert 'pipeline' not in cfg.train_dataloader.dataset
    load_config(cfg, cfg_options={meant: 7}, work_dir=tmp_path)
    assert cfg.train_dataloader.dataset.dataset.pipeline[0].scale == 7
