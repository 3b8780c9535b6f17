"""Adapt the settings of a backbone to the network and the weights of a preset."""

import inspect
from collections.abc import Mapping
from math import gcd
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import type_name
from res2net_mm.openmmlab.pretrained import unfreeze
from res2net_mm.presets import Preset
from res2net_mm.registry import MODELS

# Written even if they have their default, since users edit them first.
WRITTEN = ('frozen_stages', 'norm_cfg', 'norm_eval')
BATCH_NORMS = ('BN', 'BN2d', 'SyncBN', 'BatchNorm2d', 'SyncBatchNorm', 'NaiveSyncBatchNorm2d')


def adapt(
    use: dict[str, Any], preset: Preset, *, original: Mapping[str, Any], pretrained: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of a preset's backbone, without defaults, and what could not be kept.

    Args:
        use: How the original is used, as arguments of a Res2Net.
        preset: The network.
        original: The settings of the original; those of :data:`WRITTEN` it has are always written.
        pretrained: Whether to load the preset's published weights.

    Raises:
        UserError: The preset has all four stages, and fewer are used.
    """
    from res2net_mm.backbones.block_factory import BlockFactory  # takes what a DLA hands on

    use = dict(use)
    if set(use.get('dilations', ())) <= {1}:
        use.pop('contract_dilation', None)  # without effect
    notes = fit_weights(use, pretrained=pretrained)
    notes += _fit_network(use, preset)
    defaults = defaults_of(MODELS.get(preset.backbone))
    defaults |= {k: v for k, v in defaults_of(BlockFactory).items() if k not in defaults}
    stages = use.get('num_stages', 4)
    defaults |= dict(num_stages=4, out_indices=tuple(range(stages)))
    if preset.backbone == 'Res2Net':
        defaults |= dict(strides=(1, 2, 2, 2)[:stages], dilations=(1,) * stages)
    new: dict[str, Any] = dict(type=f'res2net_mm.{preset.backbone}', preset=preset.name)
    for key in (key for key in defaults if key in use):
        value = use[key]
        value = tuple(value) if isinstance(value, list) and key != 'plugins' else value
        if value != defaults.get(key) or (key in WRITTEN and key in original):
            new[key] = value
    if pretrained:
        new['init_cfg'] = dict(type='Pretrained', checkpoint=f'res2net://{preset.name}')
    return new, notes


def fit_weights(use: dict[str, Any], *, pretrained: bool) -> list[str]:
    """Change the arguments to what published or random weights need, and return what changed.

    Published weights need the norms and convolutions that they were trained with. What has random
    weights has to train.
    """
    norm, notes = use.get('norm_cfg', {}), []
    if not pretrained:
        if norm and type_name(norm) not in BATCH_NORMS:
            use.pop('norm_eval', None)  # without effect on other norms
        return unfreeze(use, statistics=use.get('frozen_stages', -1) >= 0)
    use.pop('zero_init_residual', None)  # the weights decide it
    if norm and type_name(norm) not in BATCH_NORMS:
        use['norm_cfg'] = dict(type='BN', requires_grad=norm.get('requires_grad', True))
        notes.append(
            f'norm_cfg: {type_name(norm)} -> BN (every published Res2Net was trained with batch '
            'norm)'
        )
    elif 'eps' in norm:
        use['norm_cfg'] = {key: value for key, value in norm.items() if key != 'eps'}
        notes.append(f'norm_cfg.eps: {norm["eps"]} -> 1e-5 (what the weights were trained with)')
    if use.get('conv_cfg'):
        kind = type_name(use.pop('conv_cfg'))
        notes.append(f'conv_cfg: {kind} -> None (the weights were trained with plain convolutions)')
    return notes


def _fit_network(use: dict[str, Any], preset: Preset) -> list[str]:
    """Fit the arguments to the widths and stages of the preset."""
    notes = []
    dla = preset.backbone == 'Res2NetDLA'
    stages = use.get('num_stages', 4)
    if 'multi_grid' in use and (
        dla or len(use['multi_grid']) != _last_stage_blocks(preset, stages)
    ):
        grid = use.pop('multi_grid')
        notes.append(f'multi_grid: {grid} -> None (it has an entry for each block of a ResNet)')
    if use.get('dcn'):
        width = split_width(preset, list(use['stage_with_dcn']).index(True))
        for name in ('deform_groups', 'deformable_groups'):
            old = use['dcn'].get(name, 1)
            if width % old:
                use['dcn'] = {**use['dcn'], name: gcd(width, old)}
                notes.append(
                    f'dcn.{name}: {old} -> {gcd(width, old)} (a split has {width} channels)'
                )
    if dla:
        if stages < 4:
            raise UserError(
                f'the config builds {stages} of the four stages, and {preset.name} has all of '
                'them: choose a preset that is no DLA'
            )
        use.pop('num_stages', None)
        # The stem of a DLA has stride 2, that of a ResNet 4.
        first, *others = use.pop('strides', (1, 2, 2, 2))
        use['strides'] = (2 * first, *others)
    return notes


def split_width(preset: Preset, stage: int) -> int:
    """Return the channels of a split in the blocks of a stage."""
    numbers: dict[str, Any] = dict(preset.arguments)
    planes: int = numbers.get('base_channels', 64) * 2**stage
    return planes * numbers['base_width'] // 64 * numbers.get('groups', 1)


def _last_stage_blocks(preset: Preset, stages: int) -> int:
    from res2net_mm.backbones.res2net import STAGE_BLOCKS

    numbers: dict[str, Any] = dict(preset.arguments)
    blocks: tuple[int, ...] = numbers.get('stage_blocks') or STAGE_BLOCKS[numbers['depth']]
    return blocks[min(stages, len(blocks)) - 1]


def defaults_of(backbone: type) -> dict[str, Any]:
    """Return the defaults of the arguments of a class, then those of its bases."""
    defaults: dict[str, Any] = {}
    for base in backbone.__mro__:
        for name, parameter in inspect.signature(base.__init__).parameters.items():  # type: ignore[misc]  # of this very class
            if parameter.default is not parameter.empty:
                defaults.setdefault(name, parameter.default)
    return defaults
