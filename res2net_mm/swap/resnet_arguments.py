"""From a ResNet's arguments to a Res2Net's, keeping what they meant."""

from collections.abc import Mapping
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import plain, type_name
from res2net_mm.presets import Preset

from .adaptation import adapt, defaults_of

# Arguments that say how the backbone is used; they mean the same in a Res2Net.
USE = (
    'in_channels', 'num_stages', 'strides', 'dilations', 'multi_grid', 'contract_dilation',
    'out_indices', 'frozen_stages', 'norm_cfg', 'norm_eval', 'conv_cfg', 'dcn', 'stage_with_dcn',
    'plugins', 'with_cp', 'zero_init_residual',
)  # fmt: skip
# Arguments that say what the network is, in whose place the preset's numbers come.
STRUCTURE = (
    'type', '_scope_', 'depth', 'arch', 'arch_zoo', 'groups', 'base_width', 'scales', 'radix',
    'width_per_group', 'reduction_factor', 'avg_down_stride', 'base_channels', 'stem_channels',
    'deep_stem', 'stem', 'avg_down', 'style', 'expansion', 'se', 'se_ratio', 'stage_blocks',
    'preset', 'block_rule', 'pretrained', 'init_cfg',
)  # fmt: skip


def speaks_resnet(backbone: type) -> bool:
    """Whether a backbone takes the arguments of OpenMMLab's ResNet."""
    return {'ResNet', 'Res2NetBackbone'} & {base.__name__ for base in backbone.__mro__} != set()


def translate(
    settings: Mapping, backbone: type, preset: Preset, *, pretrained: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of the preset's backbone in place of a ResNet's.

    Args:
        settings: The ResNet's arguments in the config.
        backbone: Its class, which knows the arguments' defaults.
        preset: The network to put in its place.
        pretrained: Whether it starts from published weights, as the original did.

    Returns:
        The arguments, ``type`` among them, and a line for each that could not stay as it was.

    Raises:
        UserError: There is an argument whose meaning is not known.
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
    if (defaults.get('strides') or (1,))[0] == 2:  # its stem ends at stride 2, a ResNet's at 4
        first, *others = use['strides']
        use['strides'] = (first // 2, *others)
    notes = []
    if settings.get('style', 'pytorch') == 'caffe':
        notes.append(
            "style: caffe -> pytorch (the published Res2Nets have a block's stride in its 3x3 "
            'convolutions)'
        )
    new, more = adapt(use, preset, written=settings, pretrained=pretrained)
    return new, notes + more
