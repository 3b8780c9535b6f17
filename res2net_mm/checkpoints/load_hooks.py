"""Open a backbone to every dialect by whatever door its weights come in.

The backbone translates them itself, by a hook of its own, so that it does not matter who calls:
plain ``load_state_dict``, MMEngine's ``load_from`` and ``resume``, or an EMA. What does not fit is
an error there too, even if the caller is not strict: a backbone that stays random is never what
was meant.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .backbone_tensors import backbone_tensors, stored_rule
from .loading import checked_fit, report_loading


def accept_dialects(backbone: nn.Module) -> None:
    """Make a backbone load every dialect by any door, and write its block rule into state dicts.

    The rule travels in the state dict's metadata, which PyTorch and MMEngine save and which no
    other program minds: such a checkpoint still opens in timm and in the official code.

    Args:
        backbone: A module with ``block_rule``, ``block_rule_given`` and ``set_block_rule(rule)``.
    """
    backbone._register_state_dict_hook(_store_rule)
    backbone._register_load_state_dict_pre_hook(_translate, with_module=True)


def _store_rule(
    backbone: nn.Module, state: dict[str, Tensor], prefix: str, metadata: dict[str, Any]
) -> None:
    metadata['block_rule'] = backbone.block_rule


def _translate(
    backbone: nn.Module,
    state: dict[str, Any],
    prefix: str,
    metadata: dict[str, Any],
    *_: Any,
) -> None:
    """Put the backbone's tensors in ``state`` under its own names, or raise UserError."""
    place = f'checkpoint for {prefix.rstrip(".")}' if prefix else 'checkpoint'
    below = OrderedDict((n[len(prefix) :], v) for n, v in state.items() if n.startswith(prefix))
    if not below:
        raise UserError(
            f'the {place} holds no tensor of it; if it is of a backbone alone, give it as the '
            "backbone's init_cfg=dict(type='Pretrained', checkpoint=...) in place of load_from"
        )
    if not prefix and hasattr(state, '_metadata'):
        below._metadata = state._metadata
    found = backbone_tensors(below, source=f'the {place}')
    found = replace(found, block_rule=stored_rule(metadata) or found.block_rule)
    needed = backbone.state_dict()
    fitting = checked_fit(found.state, needed, f'the {place}')
    for name in below:
        del state[prefix + name]
    for name, own in needed.items():  # what may lack stays as it is and is not missed
        state[prefix + name] = fitting.fitting.get(name, own)
    report = report_loading(backbone, found, fitting, place, total=len(needed))
    print_log(str(report), logger='current')
