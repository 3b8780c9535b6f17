"""The written config: it inherits the original, and loads as what the swap made."""

import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope

from res2net_mm import swap
from res2net_mm.errors import UserError

V1B = 'res2net50_v1b_26w_4s'
DLA = 'res2net_dla60'
FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'

NEW_STYLE = """
from mmdet.models import FPN, RetinaNet, ResNet
from mmdet.models.data_preprocessors import DetDataPreprocessor
from mmengine.model.weight_init import PretrainedInit
from torch.nn import BatchNorm2d

default_scope = 'mmdet'
load_from = 'whole.pth'
model = dict(
    type=RetinaNet,
    data_preprocessor=dict(type=DetDataPreprocessor, mean=[1.0, 2.0, 3.0], std=[1.0, 1.0, 1.0]),
    backbone=dict(
        type=ResNet,
        depth=50,
        frozen_stages=1,
        norm_cfg=dict(type=BatchNorm2d, requires_grad=False),
        init_cfg=dict(type=PretrainedInit, checkpoint='torchvision://resnet50'),
    ),
    neck=[dict(type=FPN, in_channels=[256, 512, 1024, 2048], out_channels=64, num_outs=5)],
)
"""


def settings(cfg):
    """A config's settings without the scopes that inheriting it from a toolbox adds."""
    if isinstance(cfg, dict):
        return {key: settings(value) for key, value in cfg.items() if key != '_scope_'}
    return [settings(value) for value in cfg] if isinstance(cfg, list) else cfg


@pytest.mark.parametrize(
    ('name', 'preset'),
    [
        (FASTER, V1B),
        ('mmdet::retinanet/retinanet_r50-caffe_fpn_1x_coco.py', V1B),
        ('mmdet::faster_rcnn/faster-rcnn_r50-caffe_c4-1x_coco.py', V1B),
        ('mmdet::gn+ws/faster-rcnn_r50_fpn_gn-ws-all_1x_coco.py', V1B),
        ('mmdet::libra_rcnn/libra-retinanet_r50_fpn_1x_coco.py', DLA),  # two necks in a list
        ('mmdet::soft_teacher/soft-teacher_faster-rcnn_r50-caffe_fpn_180k_semi-0.1-coco.py', V1B),
        ('mmdet::cityscapes/faster-rcnn_r50_fpn_1x_cityscapes.py', V1B),
        ('mmseg::pspnet/pspnet_r50-d8_4xb2-40k_cityscapes-512x1024.py', DLA),
        ('mmseg::ocrnet/ocrnet_r101-d8_4xb2-40k_cityscapes-512x1024.py', DLA),  # heads in a list
    ],
)
def test_what_is_written_loads_as_what_was_made(name, preset, load, tmp_path):
    swapped = swap(load(name), preset, check=False)
    loaded = Config.fromfile(swapped.write(tmp_path / 'swapped.py'))
    assert settings(loaded.to_dict()) == settings(swapped.config.to_dict())


def test_it_names_the_original_by_its_toolbox_and_says_only_what_differs(load, tmp_path):
    text = swap(load(FASTER), V1B, check=False).write(tmp_path / 'swapped.py').read_text()
    assert (
        text
        == f"""\
# faster-rcnn_r50_fpn_1x_coco.py with the backbone {V1B}.
_base_ = '{FASTER}'

model = dict(
    # {V1B} in place of ResNet
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='{V1B}',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://{V1B}'),
    ),
)
"""
    )


def test_a_config_of_ones_own_is_named_by_its_relative_path(tmp_path):
    own = tmp_path / 'mine' / 'own.py'
    own.parent.mkdir()
    own.write_text(f"_base_ = '{FASTER}'\nmodel = dict(backbone=dict(frozen_stages=2))\n")
    swapped = swap(Config.fromfile(own), V1B, check=False)
    file = swapped.write(tmp_path / 'out' / 'swapped.py')
    assert "_base_ = '../mine/own.py'" in file.read_text()
    loaded = Config.fromfile(file)
    assert loaded.model.backbone.frozen_stages == 2
    assert settings(loaded.to_dict()) == settings(swapped.config.to_dict())


@pytest.mark.parametrize('folder', ['.', 'below'])
def test_pure_python_configs(folder, tmp_path):
    own = tmp_path / 'own.py'
    own.write_text(NEW_STYLE)
    swapped = swap(Config.fromfile(own), DLA, check=False)
    loaded = Config.fromfile(swapped.write(tmp_path / folder / 'swapped.py'))
    assert settings(loaded.to_dict()) == settings(swapped.config.to_dict())
    assert loaded.model.neck[0].in_channels == [128, 256, 512, 1024]
    assert loaded.load_from is None
    with DefaultScope.overwrite_default_scope('mmdet'):
        assert MODELS.build(loaded.model.backbone).preset == DLA


def test_a_pure_python_config_that_no_import_can_spell(tmp_path):
    own = tmp_path / 'my-config.py'
    own.write_text(NEW_STYLE)
    with pytest.raises(UserError, match='my-config'):
        swap(Config.fromfile(own), DLA, check=False).write(tmp_path / 'swapped.py')
    assert not (tmp_path / 'swapped.py').exists()


def test_a_file_that_is_there_stays_unless_told(load, tmp_path):
    file = tmp_path / 'edited.py'
    file.write_text('edited = True\n')
    swapped = swap(load(FASTER), V1B, check=False)
    with pytest.raises(UserError, match='exists'):
        swapped.write(file)
    assert file.read_text() == 'edited = True\n'
    swapped.write(file, overwrite=True)
    assert 'res2net_mm.Res2Net' in file.read_text()
    assert [f.name for f in tmp_path.iterdir()] == ['edited.py']


def test_a_config_that_came_from_no_file_cannot_be_inherited(load, tmp_path):
    swapped = swap(Config(load(FASTER).to_dict()), V1B, check=False)
    with pytest.raises(UserError, match='no file'):
        swapped.write(tmp_path / 'swapped.py')
