"""Translate the arguments of a ResNet to those of a Res2Net with the same meaning."""

from collections.abc import Mapping
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import plain, type_name
from res2net_mm.presets import Preset

from .adaptation import adapt, defaults_of

# Arguments that tell how the backbone is used; they mean the same in a Res2Net.
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
    'preset', 'block_rule', 'pretrained', 'init_cfg',
)  # fmt: skip


def speaks_resnet(backbone: type) -> bool:
    """Return whether a backbone takes the arguments of OpenMMLab's ResNet."""
    return {'ResNet', 'Res2NetBackbone'} & {base.__name__ for base in backbone.__mro__} != set()


def translate(
    settings: Mapping[str, Any], backbone: type, preset: Preset, *, pretrained: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of a preset's backbone that replace those of a ResNet.

    Args:
        settings: The settings of the ResNet.
        backbone: Its class, which has the defaults.
        preset: The new network.
        pretrained: Whether to load its published weights.

    Returns:
        The arguments, with ``type``, and a line for each that could not be kept.

    Raises:
        UserError: The meaning of an argument is not known.
    """
    unknown = [key for key in settings if key not in USE + STRUCTURE]
    if unknown:
        raise UserError(
            f'{type_name(settings)} has the arguments {", ".join(unknown)}, of which it is not '
            'known what they mean for a Res2Net'
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
    if settings.get('style', 'pytorch') == 'caffe':
        notes.append(
            "style: caffe -> pytorch (the published Res2Nets have a block's stride in its 3x3 "
            'convolutions)'
        )
    new, more = adapt(use, preset, original=settings, pretrained=pretrained)
    return new, notes + more
