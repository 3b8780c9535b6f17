"""Replace any backbone by a Res2Net whose maps have the same strides."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import plain, type_name
from res2net_mm.presets import Preset

from .adaptation import adapt
from .pyramid import Pyramid

STRIDES = (4, 8, 16, 32)
# Arguments that mean the same in other backbones as in ResNet.
SHARED = ('in_channels', 'frozen_stages', 'norm_cfg', 'norm_eval', 'with_cp')


def fit_pyramid(
    settings: Mapping[str, Any], pyramid: Pyramid, preset: Preset, *, pretrained: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return the arguments of a Res2Net whose maps have the strides of another backbone's.

    Args:
        settings: The settings of the other backbone.
        pyramid: The maps of the other backbone.
        preset: The new network.
        pretrained: Whether to load its published weights.

    Returns:
        The arguments, with ``type``, and a line for each that could not be kept.

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
    new, more = adapt(use, preset, original=settings, pretrained=pretrained)
    return new, notes + more


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
