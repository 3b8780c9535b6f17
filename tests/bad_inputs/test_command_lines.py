"""Command lines that make no sense, of every tool."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_result_files import GOOD, TRUTH

CONFIG = """
model = dict(type='mmdet.RetinaNet', backbone=dict(type='mmdet.ResNet', depth=50))
train_dataloader = test_dataloader = dict(dataset=dict(type='Drawn', pipeline=[]))
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(max_epochs=1)
"""
ROOT = Path(__file__).parents[2]
FIELD = ('receptive_field', 'res2net_light_26w_4s', '--weights', 'random', '--size', 64)
RACE = ('benchmark', '--peers', '', '--model', 'res2net_light_26w_4s', '--size', '32x32')
EVAL = ('eval_by_size', '--gt', 'gt.json', '--dt', 'dt.json')
COMPARE = ('compare_by_size', 'dt.json', 'other.json', '--gt', 'gt.json')
CAM = ('cam', 'config.py', 'weights.pth', 'image.png')
# A command line, words of the message.
# fmt: off
LINES = [
    (('train',), 'config'),
    (('train', 'config.py', '--epochs', 3), '--epochs'),
    (('train', 'config.py', '--data'), '--data'),
    (('train', 'config.py', '--data', 'gone'), 'gone is not a folder'),
    (('train', 'config.py', '--data', ''), '--data'),
    (('train', 'config.py', '--data', 'config.py'), 'config.py is not a folder'),
    (('train', 'config.py', '--cfg-options', 'max_epochs'), 'max_epochs'),
    (('train', 'config.py', '--cfg-options', 'train_cfg.max_epochs.x=1'), 'train_cfg.max_epochs.x'),
    (('train', 'config.py', '--cfg-options', 'train_cfg.max_epochs=many'), "max_epochs='many'"),
    (('train', 'config.py', '--cfg-options', 'model=none'), "model='none'"),
    (('train', 'config.py', '--cfg-options', '=3'), ''),
    (('train', 'config.py', '--launcher', 'ssh'), 'ssh'),
    (('train', 'config.py', '--classes', 'a'), '--data'),
    (('train', 'config.py', '--ignore-index', 0), '--data'),
    (('train', 'config.py', '--amp'), '--amp needs a GPU'),
    (('train', 'config.py', '--work-dir', 'gt.json'), 'gt.json'),
    (('train', 'config.py', '--resume', 'gone.pth'), 'gone.pth'),
    (('train', 'config.py', 'more'), 'more'),
    (('train', 'gone.py'), 'gone.py does not exist'),
    (('train', '.'), 'does not exist'),
    (('train', ''), 'does not exist'),
    (('train', 'mmdet::gone/gone.py'), 'mmdet::gone/gone.py'),
    (('train', 'mmdet::../../../gt.json'), 'mmdet::'),
    (('train', 'nothing::a/b.py'), 'nothing'),
    (('train', 'os::path'), 'os'),
    (('train', '::'), '::'),
    (('train', 'gt.json'), 'gt.json'),
    (('train', 'weights.pth'), 'weights.pth'),
    (('test', 'config.py'), 'checkpoint'),
    (('test', 'config.py', 'gone.pth'), 'gone.pth does not exist'),
    (('test', 'gone.py', 'weights.pth'), 'gone.py does not exist'),
    (('test', 'weights.pth', 'config.py'), 'weights.pth'),
    (('test', 'config.py', 'weights.pth', '--classes', 'a'), '--data'),
    (('swap_backbone', 'config.py'), 'preset'),
    (('swap_backbone', 'config.py', 'resnet50'), 'resnet50'),
    (('swap_backbone', 'config.py', ''), 'preset'),
    (('swap_backbone', 'gone.py', 'res2net50_26w_4s'), 'gone.py'),
    (('convert_checkpoint', 'weights.pth'), 'DST'),
    (('convert_checkpoint', 'weights.pth', 'x.pth'), '--to'),
    (('convert_checkpoint', 'weights.pth', 'x.pth', '--to', 'caffe'), 'caffe'),
    (('convert_checkpoint', 'weights.pth', 'x.pth', '--to', 'paddle'), 'paddle'),
    (('convert_checkpoint', 'good.pth', 'gone/x.pth', '--to', 'timm'), 'gone'),
    (('convert_checkpoint', 'good.pth', 'folder', '--to', 'timm'), 'folder'),
    (('convert_checkpoint', 'good.pth', '', '--to', 'timm'), 'is a folder'),
    (('convert_checkpoint', 'good.pth', 'x.pth', '--to', 'timm', '--dialect', 'x'), "'x'"),
    (('convert_checkpoint', 'good.pth', 'x.pth', '--to', 'timm', '--prefix', 'x'), "'x.'"),
    (('convert_checkpoint', 'good.pth', 'x' * 300, '--to', 'timm'), 'too long'),
    (('list_presets', 'resnet50'), 'resnet50'),
    (('list_presets', ''), 'preset'),
    (('list_presets', 'res2net50_26w_4x'), 'res2net50_26w_4s'),
    (('list_presets', 'a', 'b'), 'b'),
    (('count_flops', 'gone.py'), 'gone.py'),
    (('count_flops', 'config.py', '--size', 0, 100), 'size'),
    (('count_flops', 'config.py', '--size', -5, 100), 'size'),
    (('count_flops', 'config.py', '--size', 100), '--size'),
    (('count_flops', 'config.py', '--size', 'a', 'b'), '--size'),
    (('check_data',), 'DIR'),
    (('check_data', 'gone'), 'gone is not a folder'),
    (('check_data', 'config.py'), 'config.py is not a folder'),
    (('check_data', ''), 'folder'),
    (('check_data', 'folder'), 'nothing'),
    (('check_data', 'folder', '--config', 'gone.py'), 'gone.py'),
    (('check_data', 'folder', '--ignore-index', 'a'), 'ignore-index'),
    (('rerun',), 'WORK_DIR'),
    (('rerun', 'gone'), 'gone'),
    (('rerun', 'config.py'), 'config.py'),
    (('rerun', 'folder'), 'run.json'),
    (('rerun', 'folder', '--launcher', 'x'), "'x'"),
    (('receptive_field',), 'preset'),
    (('receptive_field', 'resnet50'), 'resnet50'),
    ((*FIELD, '-o', 'x.jpg'), 'x.jpg'),
    ((*FIELD, '-o', 'gone/x.png'), 'gone/x.png'),
    ((*FIELD, '-o', 'folder.png'), 'folder.png'),
    ((*FIELD, '--size', 0), 'size'),
    ((*FIELD, '--size', -64), 'size'),
    ((*FIELD, '--size', 1), 'size'),
    ((*FIELD, '--size', 10**9), 'size'),
    ((*FIELD, '--draws', 0), 'draws'),
    ((*FIELD, '--draws', -1), 'draws'),
    ((*FIELD, '--block', 99), 'block'),
    ((*FIELD, '--block', -99), 'block'),
    ((*FIELD, '--seed', 'x'), 'seed'),
    ((*CAM, '-o', 'x.gif'), 'x.gif'),
    ((*CAM, '-o', 'gone/x.png'), 'gone/x.png'),
    ((*CAM, '--method', 'x'), "'x'"),
    ((*CAM, '--top', 0), 'top'),
    ((*CAM, '--top', -1), 'top'),
    ((*CAM, '--score-threshold', 'nan'), '--score-threshold'),
    ((*CAM, '--score-threshold', 2), '--score-threshold'),
    ((*CAM, '--stages', 0), 'stages'),
    ((*CAM, '--stages', 'a'), '--stages'),
    ((*CAM, '--device', 'gpu'), 'gpu'),
    ((*CAM, '--rf-size', 0), '--rf-size'),
    ((*CAM, '--rf-draws', 0), '--rf-draws'),
    (('benchmark', '--mode', 'x'), "'x'"),
    (('benchmark', '--model', 'resnet50'), 'resnet50'),
    (('benchmark', '--peers', 'x'), "'x'"),
    (('benchmark', '--peers', 'mmdet,,x'), 'x'),
    ((*RACE, '--treat', 'x'), "'x'"),
    ((*RACE, '--treat', ''), 'treat'),
    ((*RACE, '--size', '32'), 'size'),
    ((*RACE, '--size', 'axb'), 'size'),
    ((*RACE, '--size', '0x32'), 'size'),
    ((*RACE, '--size', '-32x32'), 'size'),
    ((*RACE, '--size', '32x32x32'), 'size'),
    ((*RACE, '--batch', 0), 'batch'),
    ((*RACE, '--batch', -1), 'batch'),
    ((*RACE, '--rounds', 0), 'rounds'),
    ((*RACE, '--warmup', -1), 'warmup'),
    ((*RACE, '--threads', -1), 'threads'),
    ((*RACE, '--threads', 0), 'threads'),
    ((*RACE, '--baseline', 'x'), 'x'),
    ((*RACE, '--dtype', 'int8'), 'int8'),
    ((*RACE, '--json', 'gone/x.json'), 'gone'),
    ((*RACE, '--json', 'folder'), 'folder'),
    (('evaluation_speed', '--images', 0), 'images'),
    (('evaluation_speed', '--images', -5), 'images'),
    (('evaluation_speed', '--boxes', -5), 'boxes'),
    (('evaluation_speed', '--classes', 0), 'classes'),
    (('evaluation_speed', '--detections', -1), 'detections'),
    (('measure_swap', '--every', 0), 'every'),
    (('measure_swap', '--part', '3'), 'part'),
    (('measure_swap', '--part', 'a/b'), 'part'),
    (('measure_swap', '--part', '3/2'), 'part'),
    (('measure_swap', '--part', '1/0'), 'part'),
    (('compare_necks', 'gone.py'), 'gone.py'),
    (('compare_necks', 'config.py', '--seeds', 'a'), 'seeds'),
    (('demo', '--config', 'gone.py'), 'gone.py'),
    (('demo', '--config', 'config.py'), 'data_root'),
    (('model_index', 'x'), 'x'),
    (('eval_by_size', '--gt', 'gt.json'), '--dt'),
    (('eval_by_size', '--gt', 'gone.json', '--dt', 'dt.json'), 'gone.json'),
    (('eval_by_size', '--gt', '', '--dt', 'dt.json'), ''),
    (('eval_by_size', '--gt', 'folder', '--dt', 'dt.json'), 'folder'),
    (('eval_by_size', '--gt', 'folder', '--dt', 'folder'), 'folder'),
    ((*EVAL, '--iou-type', 'mask'), 'mask'),
    ((*EVAL, '--iou-type', 'segm'), 'segmentation'),
    ((*EVAL, '--bins', 'small'), 'small'),
    ((*EVAL, '--bins', 'a:b:c'), 'a:b:c'),
    ((*EVAL, '--bins', 'a:5:1'), 'low'),
    ((*EVAL, '--bins', 'a:-5:1'), 'low'),
    ((*EVAL, '--bins', 'a:nan:1'), 'low'),
    ((*EVAL, '--bins', 'a:0:1', 'a:1:2'), "'a'"),
    ((*EVAL, '--bins', 'all:0:1'), 'all'),
    ((*EVAL, '--bins', 'a b:0:1'), 'a b'),
    ((*EVAL, '--bins', ':0:1'), 'name'),
    ((*EVAL, '--bins', '96', '32'), 'low'),
    ((*EVAL, '--bins', '5', 'a:1:2'), '5'),
    ((*EVAL, '--bins', 'inf'), 'inf'),
    ((*EVAL, '--bins', '0'), 'low'),
    ((*EVAL, '--by', 'volume'), 'volume'),
    ((*EVAL, '--by', 'relative-area'), 'relative-area'),
    ((*EVAL, '--by', 'relative-area', '--bins', 'a:0:5', 'b:5:9'), '1'),
    ((*EVAL, '--area-of', 'x'), "'x'"),
    ((*EVAL, '--protocol', 'voc'), 'voc'),
    ((*EVAL, '--max-dets', 0), '--max-dets'),
    ((*EVAL, '--max-dets', 100, 10), '--max-dets'),
    ((*EVAL, '--max-dets', 10, 10), '--max-dets'),
    ((*EVAL, '--max-dets', 'all'), 'max-dets'),
    ((*EVAL, '--split', 'train'), 'split'),
    ((*EVAL, '--classes', 'cat'), '--classes'),
    ((*EVAL, '--ignore-index', 0), '--ignore-index'),
    ((*EVAL, '--tolerance', 0.1), '--tolerance'),
    ((*EVAL, '--bootstrap', -1), 'bootstrap'),
    ((*EVAL, '--bootstrap', 1), '--bootstrap 1'),
    ((*EVAL, '--bootstrap', 5, '--seed', -1), 'seed'),
    ((*EVAL, '--on-error', 'ignore'), 'ignore'),
    ((*EVAL, '--json', 'folder'), 'folder'),
    ((*EVAL, '--json', 'gt.json/x.json'), 'gt.json'),
    (('compare_by_size', 'dt.json'), 'two runs'),
    (('compare_by_size', 'dt.json', 'dt.json', '--gt', 'gt.json'), 'dt'),
    (('compare_by_size', 'dt.json', 'other.json'), '--gt'),
    (('compare_by_size', 'folder', 'other.json', '--gt', 'gt.json'), 'folder'),
    (('compare_by_size', 'folder', 'gone'), 'folder'),
    (('compare_by_size', 'dt.json', 'gone.json', '--gt', 'gt.json'), 'gone.json'),
    ((*COMPARE, '-o', 'report.pdf'), 'report.pdf'),
    ((*COMPARE, '-o', 'folder.html'), 'folder.html'),
    ((*COMPARE, '-o', 'gt.json/r.html'), 'gt.json'),
    ((*COMPARE, '--names', 'a'), '--names'),
    ((*COMPARE, '--names', 'a', 'a'), "'a'"),
    ((*COMPARE, '--images', 'gone'), 'gone'),
    ((*COMPARE, '--images', 'folder'), '1.jpg'),
    ((*COMPARE, '--iou-type', 'segm'), 'segm'),
    ((*COMPARE, '--bootstrap', 0), 'bootstrap'),
    ((*COMPARE, '--bootstrap', 1), 'bootstrap'),
    ((*COMPARE, '--seed', -1), 'seed'),
    ((*COMPARE, '--pictures', -1), 'pictures'),
    ((*COMPARE, '--classes', 'a'), '--classes'),
    ((*COMPARE, '--max-dets', 0), '--max-dets'),
    ((*COMPARE, '--bins', '9', '5'), 'low'),
]
# fmt: on


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    import torch

    from res2net_mm.backbones import Res2Net

    folder = tmp_path_factory.mktemp('weights')
    torch.save(Res2Net(preset='res2net_light_26w_4s').state_dict(), folder / 'good.pth')
    torch.save({'a': torch.ones(2)}, folder / 'weights.pth')
    return folder


@pytest.fixture
def inputs(weights, tmp_path):
    import cv2
    import numpy as np

    for file in weights.iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / 'config.py').write_text(CONFIG)
    for name, content in (('gt', TRUTH), ('dt', [GOOD]), ('other', [GOOD])):
        (tmp_path / f'{name}.json').write_text(json.dumps(content))
    for name in ('folder', 'folder.png', 'folder.html'):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / 'image.png'), np.zeros((9, 9, 3), np.uint8))


@pytest.mark.usefixtures('inputs')
@pytest.mark.parametrize(
    ('line', 'says'),
    LINES,
    ids=lambda v: ' '.join(map(str, v))[:80] if isinstance(v, tuple) else 'x',
)
def test_a_command_line_that_makes_no_sense(line, says, refused):
    tool, *arguments = line
    refused(tool, *arguments, says=says)


@pytest.mark.usefixtures('inputs')
@pytest.mark.parametrize(
    'line', [('eval_by_size', '--gt', 'gone.json', '--dt', 'dt.json'), ('list_presets', 'resnet50')]
)
def test_a_process_says_the_same_and_debug_shows_where(line, tmp_path):
    tool, *arguments = line
    program = [sys.executable, ROOT / f'tools/{tool}.py', *arguments]
    for more in ([], ['--debug']):
        done = subprocess.run([*program, *more], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == (1 if more else 2)
        assert ('Traceback' in done.stderr) == bool(more)
        assert arguments[-1].removesuffix('.json') in done.stderr or 'gone.json' in done.stderr
