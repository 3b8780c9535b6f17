"""Configs that describe no model that can be run, and every tool that reads one."""

import pytest
import torch

# A segmenter small enough to be built for each row.
GOOD = """
default_scope = 'mmseg'
norm = dict(type='BN', requires_grad=True)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(type='SegDataPreProcessor', size=(32, 32)),
    backbone=dict(type='res2net_mm.Res2Net', stage_blocks=(1, 1), base_channels=16, scales=2),
    decode_head=dict(
        type='FCNHead', in_channels=128, in_index=1, channels=8, num_convs=1, num_classes=3,
        norm_cfg=norm, loss_decode=dict(type='CrossEntropyLoss'),
    ),
    train_cfg=dict(), test_cfg=dict(mode='whole'),
)
dataset = dict(
    type='BaseSegDataset', data_root='data', ann_file='',
    data_prefix=dict(img_path='images', seg_map_path='masks'), img_suffix='.png',
    metainfo=dict(classes=('a', 'b', 'c')),
    pipeline=[
        dict(type='LoadImageFromFile'), dict(type='LoadAnnotations'), dict(type='PackSegInputs'),
    ],
)
train_dataloader = dict(
    batch_size=2, num_workers=0, dataset=dataset, sampler=dict(type='DefaultSampler'),
)
val_dataloader = None
test_dataloader = train_dataloader
test_evaluator = dict(type='res2net_mm.RegionSizeMetric')
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
param_scheduler = []
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
test_cfg = dict(type='TestLoop')
"""

# What stands in the file.
FILES = {
    'syntax error': ('model = dict(\n', ('never closed', 'line 1')),
    'indentation': ('a = 1\n  b = 2\n', 'indent'),
    'a name that is not defined': ('model = dict(a=b)\n', "'b' is not defined"),
    'division by zero': ('a = 1 / 0\n', 'division by zero'),
    'an import that is not there': ('import gone_mod\nmodel = gone_mod.y\n', 'gone_mod'),
    'base that is not there': ("_base_ = 'gone.py'\n", 'gone.py'),
    'base of a toolbox that is not there': ("_base_ = 'mmnothing::a/b.py'\n", 'mmnothing'),
    'base that is a number': ('_base_ = 3\n', ''),
    'part without type': ("_base_ = 'good.py'\nmodel = dict(neck=dict(a=1))\n", ''),
    'key twice in two bases': ("_base_ = ['good.py', 'good.py']\n", 'Duplicate'),
    'list index out of reach': ("_base_ = 'good.py'\nparam_scheduler = {'7': dict(a=1)}\n", ''),
    'reserved key': ('filename = 1\n', 'reserved'),
    'custom import that is not there': (
        "custom_imports = dict(imports=['nothing_like_this'], allow_failed_imports=False)\n",
        'nothing_like_this',
    ),
    'empty': ('', 'model=None'),
    'not UTF-8': (b'model = "\xff\xfe"\n', 'utf-8'),
    'zeros': (bytes(100), 'null bytes'),
    'a notebook': ('{"cells": [], "nbformat": 4}\n', 'model=None'),
    'exits': ('raise SystemExit(0)\n', ''),
    'model a text': ("model = 'resnet'\n", "model='resnet'"),
    'model a list': ('model = [dict(type="a")]\n', 'model=['),
    'model empty': ('model = dict()\n', 'model={}'),
    'a checkpoint': (b'PK\x03\x04' + bytes(range(256)), ''),
}  # fmt: skip
# How a good config is changed by what is appended; words of the message.
CHANGES = {
    'model without type': ("del model['type']", 'type'),
    'model of an unknown type': ("model['type'] = 'Nothing'", 'Nothing'),
    'model of a number': ("model['type'] = 3", ''),
    'backbone without type': ("del model['backbone']['type']", 'type'),
    'backbone not ours': ("model['backbone']['type'] = 'res2net_mm.Res3Net'", 'Res3Net'),
    'backbone a text': ("model['backbone'] = 'res2net50'", ''),
    'preset unknown': ("model['backbone']['preset'] = 'res2net50_99w'", 'res2net50_99w'),
    'preset of a DLA': ("model['backbone']['preset'] = 'res2net_dla60'", 'Res2NetDLA'),
    'preset a number': ("model['backbone']['preset'] = 50", '50'),
    'argument unknown': ("model['backbone']['deep_stem'] = True", 'deep_stem'),
    'out_indices beyond range': ("model['backbone']['out_indices'] = (2, 4)", 'out_indices=(2, 4)'),
    'out_indices negative': ("model['backbone']['out_indices'] = (-1,)", 'out_indices=(-1,)'),
    'out_indices empty': ("model['backbone']['out_indices'] = ()", 'out_indices=()'),
    'out_indices a number': ("model['backbone']['out_indices'] = 3", 'out_indices=3'),
    'out_indices texts': ("model['backbone']['out_indices'] = ('0', '1')", 'out_indices'),
    'frozen_stages beyond range': ("model['backbone']['frozen_stages'] = 9", 'frozen_stages=9'),
    'frozen_stages a text': ("model['backbone']['frozen_stages'] = '1'", "frozen_stages='1'"),
    'scales 1 with a rule': ("model['backbone'].update(scales=0)", 'scales=0'),
    'scales a text': ("model['backbone'].update(scales='4')", "scales='4'"),
    'width zero': ("model['backbone'].update(base_width=0)", 'base_width=0'),
    'width negative': ("model['backbone'].update(base_width=-26)", 'base_width=-26'),
    'width a fraction': ("model['backbone'].update(base_width=26.5)", 'base_width=26.5'),
    'groups that do not divide': ("model['backbone'].update(groups=0)", 'groups=0'),
    'depth unknown': ("model['backbone'].update(stage_blocks=None, depth=34)", 'depth=34'),
    'strides too few': ("model['backbone'].update(strides=(1,))", 'strides=(1,)'),
    'strides zero': ("model['backbone'].update(strides=(1, 0))", 'strides'),
    'dilations texts': ("model['backbone'].update(dilations=('1', '2'))", 'dilations'),
    'block rule unknown': ("model['backbone'].update(block_rule='mine')", "block_rule='mine'"),
    'memory unknown': ("model['backbone'].update(memory='tiny')", "memory='tiny'"),
    'stem unknown': ("model['backbone'].update(stem='9x9')", "'9x9'"),
    'style unknown': ("model['backbone'].update(style='tensorflow')", "'tensorflow'"),
    'norm unknown': ("model['backbone'].update(norm_cfg=dict(type='XN'))", 'XN'),
    'norm without type': ("model['backbone'].update(norm_cfg=dict(a=1))", 'type'),
    'in_channels negative': ("model['backbone'].update(in_channels=-3)", 'in_channels=-3'),
    'classes a text': ("model['decode_head']['num_classes'] = '3'", 'num_classes'),
    'classes negative': ("model['decode_head']['num_classes'] = -3", 'num_classes'),
    'classes a fraction': ("model['decode_head']['num_classes'] = 2.5", 'num_classes'),
    'classes of the data more': ("dataset['metainfo']['classes'] = tuple('abcde')", 'num_classes'),
    'head unknown': ("model['decode_head']['type'] = 'Nothing'", 'Nothing'),
    'head without channels': ("del model['decode_head']['in_channels']", 'in_channels'),
    'weights that are not there': (
        "model['backbone']['init_cfg'] = dict(type='Pretrained', checkpoint='gone.pth')",
        'gone.pth',
    ),
    'weights without a name': (
        "model['backbone']['init_cfg'] = dict(type='Pretrained')",
        'checkpoint',
    ),
    'weights a number': (
        "model['backbone']['init_cfg'] = dict(type='Pretrained', checkpoint=5)",
        '5',
    ),
}
# The same, for what only training or testing reads.
OF_TRAINING = {
    'no data': ('train_dataloader = None', 'train_dataloader=None'),
    'data a list': ('train_dataloader = [1]', 'train_dataloader=[1]'),
    'no dataset': ("del train_dataloader['dataset']", 'dataset=None'),
    'dataset a text': ("train_dataloader['dataset'] = 'coco'", "dataset='coco'"),
    'dataset unknown': ("dataset.update(type='Nothing', data_prefix=None)", 'Nothing'),
    'dataset without type': ("del dataset['type']", 'type'),
    'data that is not there': ("dataset['data_root'] = 'nowhere'", 'nowhere'),
    'list of images that is not there': ("dataset['ann_file'] = 'gone.txt'", 'gone.txt'),
    'list of images that leads out': ("dataset['ann_file'] = 'out.txt'", '../secret'),
    'no images of this suffix': ("dataset['img_suffix'] = '.jpg'", '.jpg'),
    'step unknown': ("dataset['pipeline'].append(dict(type='Nothing'))", 'Nothing'),
    'step without type': ("dataset['pipeline'].append(dict(scale=3))", 'type'),
    'batch of none': ("train_dataloader['batch_size'] = 0", 'batch_size'),
    'batch a text': ("train_dataloader['batch_size'] = '2'", 'batch_size'),
    'workers negative': ("train_dataloader['num_workers'] = -1", 'num_workers'),
    'sampler unknown': ("train_dataloader['sampler'] = dict(type='Nothing')", 'Nothing'),
    'optimizer unknown': ("optim_wrapper['optimizer'] = dict(type='SGDD', lr=1)", 'SGDD'),
    'optimizer missing': ("del optim_wrapper['optimizer']", 'optimizer'),
    'learning rate a text': ("optim_wrapper['optimizer']['lr'] = '0.01'", 'lr'),
    'learning rate negative': ("optim_wrapper['optimizer']['lr'] = -1.0", 'lr=-1.0'),
    'schedule unknown': ("param_scheduler = [dict(type='Nothing')]", 'Nothing'),
    'epochs negative': ("train_cfg['max_epochs'] = -1", 'max_epochs'),
    'epochs none': ("del train_cfg['max_epochs']", 'max_epochs'),
    'epochs a text': ("train_cfg['max_epochs'] = 'many'", 'max_epochs'),
    'loop unknown': ("train_cfg['type'] = 'Nothing'", 'Nothing'),
    'hook unknown': ("custom_hooks = [dict(type='Nothing')]", 'Nothing'),
    'hooks a dict': ("custom_hooks = dict(type='EMAHook')", 'hook'),
    'validation without metric': (
        "val_dataloader, val_cfg = train_dataloader, dict(type='ValLoop')",
        'val_evaluator',
    ),
    'load_from that is not there': ("load_from = 'gone.pth'", 'gone.pth'),
    'work_dir a file': ("work_dir = 'good.py'", 'good.py'),
    'environment': ("env_cfg = dict(dist_cfg=3, mp_cfg='x')", 'set_multi_processing'),
}
OF_TESTING = {
    'no data': ('test_dataloader = None', 'test_dataloader=None'),
    'no metric': ('test_evaluator = None', 'test_evaluator'),
    'metric unknown': ("test_evaluator = dict(type='Nothing')", 'Nothing'),
    'metric with an unknown argument': (
        "test_evaluator = dict(type='res2net_mm.RegionSizeMetric', bons=3)",
        'bons',
    ),
    'bins that are none': (
        "test_evaluator = dict(type='res2net_mm.RegionSizeMetric', bins=[('a', 5, 1)])",
        'low',
    ),
}


@pytest.fixture
def inputs(tmp_path):
    from mask_folders import write_image, write_mask

    (tmp_path / 'good.py').write_text(GOOD)
    for name in 'ab':
        write_image(tmp_path / f'data/images/{name}.png', 32, 32)
        write_mask(tmp_path / f'data/masks/{name}.png', (0, 1, 2), 32, 32)
    write_image(tmp_path / 'image.png')
    (tmp_path / 'data/out.txt').write_text('../secret\n')
    torch.save({'a': torch.ones(2)}, tmp_path / 'weights.pth')
    return tmp_path


def write(folder, text):
    content = text if isinstance(text, bytes) else text.encode()
    (folder / 'bad.py').write_bytes(content)


def changed(text):
    return f'{GOOD}\n{text}\n'


@pytest.mark.parametrize(
    ('tool', 'arguments'),
    [
        ('train', ()),
        ('test', ('weights.pth',)),
        ('swap_backbone', ('res2net50_v1b_26w_4s',)),
        ('cam', ('weights.pth', 'image.png')),
        ('count_flops', ()),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
@pytest.mark.parametrize('what', FILES)
def test_a_file_that_is_no_config(what, tool, arguments, inputs, refused):
    text, says = FILES[what]
    write(inputs, text)
    says = (says,) if isinstance(says, str) else says
    file = ('bad.py',) if tool != 'swap_backbone' else ()
    refused(tool, 'bad.py', *arguments, says=(*file, *says))


@pytest.mark.parametrize('what', CHANGES)
def test_a_model_that_is_none(what, inputs, refused):
    text, says = CHANGES[what]
    write(inputs, changed(text))
    # count_flops looks at shapes alone: quicker, where these are at fault
    tool = 'train' if what.startswith(('weights', 'classes')) else 'count_flops'
    refused(tool, 'bad.py', says=says)


@pytest.mark.parametrize('what', OF_TRAINING)
def test_training_that_cannot_begin(what, inputs, refused):
    text, says = OF_TRAINING[what]
    write(inputs, changed(text))
    refused('train', 'bad.py', '--no-pretrained', says=says)


@pytest.mark.parametrize('what', OF_TESTING)
def test_a_test_that_cannot_begin(what, inputs, refused):
    text, says = OF_TESTING[what]
    write(inputs, changed(text))
    refused('test', 'bad.py', 'weights.pth', says=says)


@pytest.mark.slow
def test_a_base_in_a_circle(inputs, refused):
    write(inputs, "_base_ = 'bad.py'\n")
    refused('train', 'bad.py', says='bad.py')
