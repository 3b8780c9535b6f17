"""Translate how the original network is used into arguments of the Res2Net in its place."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import Path, plain, type_name
from res2net_mm.presets import Preset

from .adaptation import defaults_of, fit_weights
from .change import Change
from .pyramid import Pyramid

# Arguments of a ResNet that tell how it is used; they mean the same in a Res2Net.
USE = (
    'in_channels', 'num_stages', 'strides', 'dilations', 'multi_grid', 'contract_dilation',
    'out_indices', 'frozen_stages', 'norm_cfg', 'norm_eval', 'conv_cfg', 'dcn', 'stage_with_dcn',
    'plugins', 'with_cp', 'zero_init_residual',
)  # fmt: skip
# Arguments that describe the network; the preset replaces them.
STRUCTURE = (
    'type', '_scope_', 'depth', 'arch', 'arch_zoo', 'groups', 'base_width', 'scales', 'radix',
    'width_per_group', 'reduction_factor', 'avg_down_stride', 'base_channels', 'stem_channels',
    'deep_stem', 'stem', 'avg_down', 'style', 'expansion', 'se', 'se_ratio', 'stage_blocks',
    'preset', 'block_rule', 'pretrained', 'init_cfg', 'drop_path_rate',
)  # fmt: skip
STRIDES = (4, 8, 16, 32)
SMALL_STEM = '3x3'  # of networks for images of 32 px: stride 1, no pooling
# Arguments that mean the same in other backbones, and in a shared head, as in ResNet.
SHARED = ('in_channels', 'frozen_stages', 'norm_cfg', 'norm_eval', 'with_cp')
EXTRA_NORM = 'ResLayerExtraNorm'  # of MMPretrain: a ResLayer with a norm behind it
OF_HEAD = ('stage', 'stride', 'dilation', 'norm_cfg', 'norm_eval', 'dcn', 'with_cp')


def speaks_resnet(backbone: type) -> bool:
    """Return whether a backbone takes the arguments of OpenMMLab's ResNet."""
    return bool({'ResNet', 'Res2NetBackbone'} & {base.__name__ for base in backbone.__mro__})


def translate(settings: Mapping[str, Any], backbone: type) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of a Res2Net that is used like a ResNet, and what could not be kept.

    ``backbone`` is the class of the ResNet, which has the defaults.

    Raises:
        UserError: The meaning of an argument is not known.
    """
    unknown = [key for key in settings if key not in USE + STRUCTURE]
    if unknown:
        raise UserError(
            f'{type_name(settings)} has arguments without a known meaning for a Res2Net: '
            f'{", ".join(unknown)}'
        )
    defaults = defaults_of(backbone)
    use = {key: settings.get(key, defaults.get(key)) for key in USE}
    use = {key: plain(value) for key, value in use.items() if value is not None}
    if 'dcn' not in use:
        use.pop('stage_with_dcn', None)
    if (defaults.get('strides') or (1,))[0] == 2:  # its stem has stride 2, that of a ResNet 4
        first, *others = use['strides']
        use['strides'] = (first // 2, *others)
    notes = []
    if any(base.__name__ == 'ResNet_CIFAR' for base in backbone.__mro__):
        use['stem'] = SMALL_STEM
    if settings.get('drop_path_rate'):
        notes.append(
            f'drop_path_rate: {settings["drop_path_rate"]} -> 0 (a Res2Net here drops no blocks)'
        )
    if settings.get('style', 'pytorch') == 'caffe':
        notes.append(
            "style: caffe -> pytorch (the published Res2Nets have a block's stride in its 3x3 "
            'convolutions)'
        )
    return use, notes


def fit_pyramid(settings: Mapping[str, Any], pyramid: Pyramid) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of a Res2Net with maps of another backbone's strides, and what is lost.

    Raises:
        UserError: A Res2Net has no maps of these strides.
    """
    use = {key: plain(settings[key]) for key in SHARED if settings.get(key) is not None}
    use |= _stages(type_name(settings), pyramid)
    notes = []
    if use.get('frozen_stages', -1) > 0:
        use['frozen_stages'] = min(use['frozen_stages'], 4)
        notes.append(
            f'frozen_stages: {settings["frozen_stages"]} of a {type_name(settings)} -> '
            f'{use["frozen_stages"]} of four stages'
        )
    if 'norm_cfg' in use and not str(use['norm_cfg'].get('type')).endswith('BN'):
        del use['norm_cfg']  # norms such as LN belong to other kinds of networks
    return use, notes


def _stages(name: str, pyramid: Pyramid) -> dict[str, Any]:
    """Return the ``out_indices``, or strides and dilations, that give the strides of a pyramid."""
    strides = pyramid.strides
    if set(strides) <= set(STRIDES) and all(a < b for a, b in pairwise(strides)):
        return dict(out_indices=tuple(STRIDES.index(stride) for stride in strides))
    steps = tuple(b // a for a, b in pairwise((4, *strides)))
    if len(strides) == 4 and strides[0] == 4 and set(steps) <= {1, 2}:
        dilations = tuple(full // stride for full, stride in zip(STRIDES, strides, strict=True))
        return dict(strides=steps, dilations=dilations, contract_dilation=True)
    raise UserError(
        f'{name} gives {pyramid}: a Res2Net has one map each at some of the strides '
        f'{", ".join(map(str, STRIDES))}, from fine to coarse'
    )


def shared_head_change(
    model: Mapping[str, Any], path: Path, preset: Preset, *, pretrained: bool
) -> Change | None:
    """Return the change of the shared head of a model at a path, None if it has none.

    The shared head of a C4 detector is the last stage of the network of its backbone; any other is
    a UserError.
    """
    head = (model.get('roi_head') or {}).get('shared_head')
    if not head:
        return None
    kind = type_name(head)
    if kind not in ('ResLayer', EXTRA_NORM, 'Res2NetStage'):
        raise UserError(
            f'roi_head.shared_head is a {kind}; only a ResLayer can be replaced, by the '
            'last stage of the Res2Net'
        )
    use = {key: plain(head[key]) for key in OF_HEAD if head.get(key) is not None}
    use.setdefault('norm_eval', kind != 'Res2NetStage')  # the default of ResLayer
    if kind == EXTRA_NORM or head.get('extra_norm'):
        use['extra_norm'] = True
    fit_weights(use, pretrained=pretrained)
    new = dict(type='res2net_mm.Res2NetStage', preset=preset.name, **use)
    if pretrained:
        new['init_cfg'] = dict(type='Pretrained', checkpoint=f'res2net://{preset.name}')
    why = 'the last stage of the same network'
    return Change((*path, 'roi_head', 'shared_head'), new, why, old=head)
