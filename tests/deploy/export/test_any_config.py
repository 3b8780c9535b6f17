"""From a toolbox's own config to a file, by the tools as a user calls them."""

import json
import re

import pytest
import torch
from tool_process import run

from res2net_mm.deploy.export import open_exported
from res2net_mm.openmmlab.config import load_config

LIGHT = 'res2net_light_14w_4s'
MASK = 'mmdet::mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py'
RETINANET = 'mmdet::retinanet/retinanet_r18_fpn_1x_coco.py'  # a ResNet-18, which stays
DEEPLAB = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'


@pytest.mark.slow
@pytest.mark.parametrize(
    ('config', 'preset', 'to', 'suffix', 'more', 'compared'),
    [
        (MASK, LIGHT, 'onnx', '.onnx', ['--without-masks'], r'[1-9]\d* boxes of 4 images'),
        (RETINANET, None, 'openvino', '.xml', [], r'[1-9]\d* boxes of 4 images'),
        (DEEPLAB, LIGHT, 'torch', '.pt2', [], r'[1-9]\d* pixels of 4 images'),
    ],
    ids=['mask R-CNN', 'RetinaNet', 'DeepLab'],
)
def test_swapped_and_exported(config, preset, to, suffix, more, compared, built, tmp_path):
    classes = 21 if config == DEEPLAB else 80
    if preset:
        done = run('swap_backbone.py', config, preset, '-o', 'swapped.py', cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        config = str(tmp_path / 'swapped.py')
    cfg = load_config(config)
    cfg.model.backbone.init_cfg = None
    cfg.model.pop('pretrained', None)
    torch.save(dict(state_dict=built(cfg).state_dict()), tmp_path / 'random.pth')
    options = ['--to', to, '-o', f'x{suffix}', *more]
    best = [dict(bin='all', limits=[0, None], by='area', score=0.4)]
    (tmp_path / 'ap_by_size.json').write_text(json.dumps(dict(bbox=dict(thresholds=best))))
    if to == 'openvino':
        options += ['--thresholds', 'ap_by_size.json']
    size = ['--cfg-options', 'test_dataloader.dataset.pipeline.1.scale="(200,140)"']
    done = run('export_model.py', config, 'random.pth', *options, *size, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search('astronaut.png, .*coffee.png', done.stdout)
    assert 'open in batch, height and width from 129 px' in done.stdout
    assert re.search(f'checked: {compared} agree with PyTorch', done.stdout), done.stdout
    metadata = open_exported(tmp_path / f'x{suffix}').metadata
    assert metadata['resize'] == dict(scale=[200, 140], keep_ratio=True)
    assert len(metadata['classes']) == classes
    assert metadata.get('thresholds') == (best if '--thresholds' in options else None)
