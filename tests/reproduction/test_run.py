"""A row is tested or trained once, resumed, and its numbers written beside the published ones."""

import json
import sys
from pathlib import Path

import pytest
from shipped_configs import QUICK

from res2net_mm.errors import UserError
from res2net_mm.reproduction import find_rows, listing, reproduce, reproduce_each

module = sys.modules['res2net_mm.reproduction.run']
METRICS = {'coco/segm_mAP': 0.36, 'coco/segm_mAP_50': 0.57, 'coco/bbox_mAP': 0.4}


@pytest.fixture
def calls(monkeypatch):
    """Stand in for training and testing; what they are called with is kept."""
    found = []

    def train(config, *, work_dir, **options):
        found.append(('train', config, options))
        trained(work_dir)

    def evaluate(config, checkpoint, **options):
        found.append(('test', config, checkpoint))
        return METRICS

    monkeypatch.setattr(module, 'train', train)
    monkeypatch.setattr(module, 'evaluate', evaluate)
    return found


def row(name: str):
    (found,) = find_rows(name)
    return found


def trained(work_dir: Path) -> None:
    work_dir.mkdir(parents=True, exist_ok=True)
    (work_dir / 'last_checkpoint').write_text('elsewhere/epoch_24.pth')


def numbers_in(text: str) -> list[str]:
    return [' '.join(line.split()) for line in text.splitlines()[1:-1]]


def test_a_row_without_trained_weights_is_trained_and_tested(calls, tmp_path):
    text = reproduce(row('table8/r2n50_26w4s'), data=tmp_path, work_dir=tmp_path / 'w')
    config = 'mask_rcnn_r2n50_26w4s_fpn_2x'
    assert [call[0] for call in calls] == ['train', 'test']
    assert calls[0][2]['resume'] is True
    assert calls[1][1:] == (config, str(tmp_path / f'w/runs/{config}_train/epoch_24.pth'))
    assert numbers_in(text)[0] == 'mask AP 35.6 36 +0.4'
    written = json.loads((tmp_path / 'w/rows/table8/r2n50_26w4s.json').read_text())
    assert written['row'] == 'table8/r2n50_26w4s'
    assert written['data'] == str(tmp_path)
    assert written['numbers'][0] == dict(
        metric='mask AP', published=35.6, measured=36.0, difference=0.4
    )
    assert any('table 8' in source for source in written['sources'])


def test_published_weights_are_tested(calls, tmp_path):
    reproduce(row('mmdet/mask_rcnn_2x'), data=tmp_path, work_dir=tmp_path / 'w')
    ((kind, _, checkpoint),) = calls
    assert kind == 'test'
    assert checkpoint.endswith('mask_rcnn_r2_101_fpn_2x_coco-17f061e8.pth')
    written = json.loads((tmp_path / 'w/rows/mmdet/mask_rcnn_2x.json').read_text())
    counted = {line['metric']: line for line in written['numbers']}
    for metric in ('params M', 'GFLOPs'):
        assert counted[metric]['measured'] == pytest.approx(counted[metric]['published'], rel=5e-4)


def test_weights_of_ones_own_are_tested(calls, tmp_path):
    name, file = 'mmdet-fork/htc_r2n101', tmp_path / 'mine.pth'
    text = reproduce(row(name), checkpoint=file, data=tmp_path, work_dir=tmp_path / 'w')
    assert calls == [('test', 'htc_r2n101_fpn_20e', str(file))]
    assert text.endswith(f'measured on images of {tmp_path}')
    written = json.loads((tmp_path / f'w/rows/{name}.json').read_text())
    assert written['weights'] == str(file)


def test_what_is_done_is_not_done_again_and_rows_of_one_config_share_it(calls, tmp_path):
    options = dict(data=tmp_path, work_dir=tmp_path / 'w')
    first = reproduce(row('table8/r2n50_26w4s'), **options)
    assert reproduce(row('table8/r2n50_26w4s'), **options) == first
    boxes = reproduce(row('maskrcnn-box/r2n50_26w4s'), **options)
    assert len(calls) == 2
    assert numbers_in(boxes)[0] == 'box AP 39.6 40 +0.4'
    found = listing([row('table8/r2n50_26w4s')], tmp_path / 'w').splitlines()[1]
    assert 'done' in found
    assert found.endswith('36 57')


def test_a_run_that_was_interrupted_is_resumed(calls, tmp_path, monkeypatch):
    options = dict(data=tmp_path, work_dir=tmp_path / 'w')

    def stopped(*args, **kwargs):
        raise KeyboardInterrupt

    for what in ('train', 'evaluate'):
        with monkeypatch.context() as patch:
            patch.setattr(module, what, stopped)
            with pytest.raises(KeyboardInterrupt):
                reproduce(row('table8/r2n50_26w4s'), **options)
        assert not (tmp_path / 'w/rows').exists()
    reproduce(row('table8/r2n50_26w4s'), **options)
    assert [call[0] for call in calls] == ['train', 'test']  # trained once, then only tested
    assert calls[0][2]['resume'] is True


def test_one_model_is_tested_on_several_sets(calls, tmp_path):
    options = dict(data=tmp_path, work_dir=tmp_path / 'w')
    for name in ('table9/r2n50_hku_is', 'table9/r2n50_pascal_s'):
        reproduce(row(name), test_data=tmp_path / name, **options)
    assert [call[0] for call in calls] == ['train', 'test', 'test']


def test_the_published_set_of_a_row_is_a_setting_of_its_test(tmp_path, monkeypatch):
    tested = []

    def evaluate(config, checkpoint, *, data, cfg_options, **options):
        tested.append((data, cfg_options))
        return {'maxF': 0.9, 'MAE': 0.06}

    monkeypatch.setattr(module, 'evaluate', evaluate)
    monkeypatch.setattr(module, 'missing_data', lambda cfg, loaders: [])
    monkeypatch.setattr(module, 'train', lambda config, *, work_dir, **_: trained(work_dir))
    text = reproduce(row('table9/r2n50_hku_is'), work_dir=tmp_path)
    ((data, settings),) = tested
    assert data is None
    assert settings['test_dataloader.dataset.data_root'] == 'data/HKU-IS/'
    assert numbers_in(text) == ['maxF 0.905 0.9 -0.005', 'MAE 0.050 0.06 +0.01']


def test_a_run_of_other_settings_is_not_taken_for_it(calls, tmp_path):
    reproduce(row('table8/r2n50_26w4s'), data=tmp_path, work_dir=tmp_path / 'w')
    for other in (dict(data=tmp_path / 'b'), dict(data=tmp_path, cfg_options={'a': 1})):
        with pytest.raises(UserError, match=r'holds a run with .*give the same again, or another'):
            reproduce(row('table8/r2n50_26w4s'), work_dir=tmp_path / 'w', **other)


def test_without_the_data_one_error_says_which_where_and_how(calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('MMDET_DATASETS', raising=False)
    with pytest.raises(UserError) as raised:
        reproduce(row('table7/r2n50'))
    text = str(raised.value)
    for part in (
        'row table7/r2n50 needs PASCAL VOC 2012',
        'http://host.robots.ox.ac.uk',
        'data/VOCdevkit/VOC2012/ImageSets/Segmentation/train.txt',
        'MMDET_DATASETS',
        "data='DIR', a folder of images and label maps",
    ):
        assert part in text
    assert not calls
    assert list(tmp_path.iterdir()) == []


def test_rows_that_cannot_be_run_do_not_stop_the_others(calls, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [row('table7/r2n50'), row('table6/r50'), row('table8/r2n50_26w4s')]
    there = tmp_path / 'data/coco'
    for part in ('train2017', 'val2017', 'annotations'):
        (there / part).mkdir(parents=True)
    for split in ('train', 'val'):
        (there / f'annotations/instances_{split}2017.json').touch()
    found = list(reproduce_each(rows))
    assert [done.name for done, _, _ in found] == ['table7/r2n50', 'table8/r2n50_26w4s']
    assert 'needs PASCAL' in found[0][2]
    assert '36' in found[1][1]
    assert (tmp_path / 'work_dirs/reproduction/rows/table8/r2n50_26w4s.json').is_file()


def test_a_damaged_state_is_named(tmp_path):
    folder = tmp_path / 'runs/mask_rcnn_r2n50_26w4s_fpn_2x_train'
    folder.mkdir(parents=True)
    for content, said in (('{', 'cannot be read'), ('[]', 'is not what')):
        (folder / module.STATE).write_text(content)
        with pytest.raises(UserError, match=said):
            reproduce(row('table8/r2n50_26w4s'), data=tmp_path, work_dir=tmp_path)


@pytest.mark.slow
def test_a_row_is_run_for_real_on_drawn_data(coco_folder, tmp_path, undone):
    train = 'train_dataloader.dataset.datasets.0.pipeline'
    short = {
        **{key: value for key, value in QUICK.items() if 'max_epochs' not in key},
        'train_cfg.max_iters': 2,
        'train_cfg.val_interval': 2,
        'train_dataloader.batch_size': 2,
        'model.data_preprocessor.size': (64, 64),
        f'{train}.2.scale': (256, 64),
        f'{train}.3.crop_size': (64, 64),
        f'{train}.6.size': (64, 64),
        'val_dataloader.dataset.pipeline.1.scale': (256, 64),
        'test_dataloader.dataset.pipeline.1.scale': (256, 64),
    }
    options = dict(data=coco_folder, work_dir=tmp_path, cfg_options=short)
    text = reproduce(row('table7/r2n50_18w6s'), **options)
    (line,) = json.loads((tmp_path / 'rows/table7/r2n50_18w6s.json').read_text())['numbers']
    assert line['published'] == 79.1
    assert 0 <= line['measured'] < 50
    assert line['difference'] == pytest.approx(line['measured'] - 79.1)
    run_dir = tmp_path / 'runs/deeplabv3plus_r2n50_18w6s_voc12aug_train'
    kept = (run_dir / 'iter_2.pth').stat().st_mtime_ns
    assert reproduce(row('table7/r2n50_18w6s'), **options) == text
    assert (run_dir / 'iter_2.pth').stat().st_mtime_ns == kept
