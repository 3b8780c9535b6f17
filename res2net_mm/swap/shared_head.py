"""Replace the shared head of a C4 detector, which is the last stage of its backbone's network."""

from collections.abc import Mapping
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import Path, plain, type_name
from res2net_mm.presets import Preset

from .adaptation import fit_weights
from .change import Change

KEPT = ('stage', 'stride', 'dilation', 'norm_cfg', 'norm_eval', 'dcn', 'with_cp')


def shared_head_change(
    model: Mapping[str, Any], path: Path, preset: Preset, *, pretrained: bool
) -> Change | None:
    """Return the change of a model's shared head, None if it has none.

    Args:
        model: The settings of the model.
        path: The path of these settings.
        preset: The network of the new backbone.
        pretrained: Whether to load its published weights.

    Raises:
        UserError: The head is not a stage of a ResNet.
    """
    head = (model.get('roi_head') or {}).get('shared_head')
    if not head:
        return None
    if type_name(head) not in ('ResLayer', 'Res2NetStage'):
        raise UserError(
            f'roi_head.shared_head is a {type_name(head)}, of which it is not known what it means '
            'for a Res2Net; a ResLayer becomes the stage of the Res2Net'
        )
    use = {key: plain(head[key]) for key in KEPT if head.get(key) is not None}
    use.setdefault('norm_eval', type_name(head) == 'ResLayer')  # the default of ResLayer
    fit_weights(use, pretrained=pretrained)
    new = dict(type='res2net_mm.Res2NetStage', preset=preset.name, **use)
    if pretrained:
        new['init_cfg'] = dict(type='Pretrained', checkpoint=f'res2net://{preset.name}')
    why = 'the last stage of the same network'
    return Change((*path, 'roi_head', 'shared_head'), new, why, old=head)
