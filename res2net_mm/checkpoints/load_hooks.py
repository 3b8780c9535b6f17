"""Let a backbone load checkpoints of every dialect, whoever calls ``load_state_dict``.

A hook of the backbone translates the names, so that ``load_state_dict``, MMEngine's ``load_from``
and ``resume``, and EMA all work. Tensors that do not fit are an error even with ``strict=False``,
since the backbone would keep random weights.
"""

from collections import OrderedDict
from dataclasses import replace
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .backbone_tensors import backbone_tensors, set_metadata, stored_rule
from .loading import checked_fit, report_loading


def accept_dialects(backbone: nn.Module) -> None:
    """Have a backbone load every dialect, and store its block rule in its state dicts.

    The rule is stored in the state dict's metadata, which PyTorch and MMEngine save. Other programs
    ignore it, so that timm and the official code can load the checkpoint.

    Args:
        backbone: A module with ``block_rule``, ``block_rule_given`` and ``set_block_rule(rule)``.
    """
    backbone._register_state_dict_hook(_store_rule)
    backbone._register_load_state_dict_pre_hook(_translate, with_module=True)


def _store_rule(
    backbone: Any, state: dict[str, Tensor], prefix: str, metadata: dict[str, Any]
) -> None:
    metadata['block_rule'] = backbone.block_rule


def _translate(
    backbone: nn.Module,
    state: dict[str, Any],
    prefix: str,
    metadata: dict[str, Any],
    *_: Any,
) -> None:
    """Rename the backbone's tensors in ``state`` to its own names, or raise UserError."""
    place = f'checkpoint for {prefix.rstrip(".")}' if prefix else 'checkpoint'
    below = OrderedDict((n[len(prefix) :], v) for n, v in state.items() if n.startswith(prefix))
    if not below:
        raise UserError(
            f'the {place} holds no tensor of it; if it is of a backbone alone, give it as the '
            "backbone's init_cfg=dict(type='Pretrained', checkpoint=...) in place of load_from"
        )
    if not prefix and hasattr(state, '_metadata'):
        set_metadata(below, state._metadata)
    found = backbone_tensors(below, source=f'the {place}')
    found = replace(found, block_rule=stored_rule(metadata) or found.block_rule)
    needed = backbone.state_dict()
    fitting = checked_fit(found.state, needed, f'the {place}')
    for name in below:
        del state[prefix + name]
    for name, own in needed.items():  # tensors that may be missing stay as they are
        state[prefix + name] = fitting.fitting.get(name, own)
    report = report_loading(backbone, found, fitting, place, total=len(needed))
    print_log(str(report), logger='current')
