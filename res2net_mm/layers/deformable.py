"""Deformable convolutions of mmcv, where a config asks for them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from torch import Tensor, nn
from torch.utils._pytree import tree_map

from res2net_mm.errors import UserError


def register_deformable(dcn: Mapping[str, Any]) -> None:
    """Make mmcv's deformable convolutions known to its registry.

    Raises:
        UserError: mmcv was installed without its compiled operators, which ``dcn`` asks for.
    """
    try:
        import_module('mmcv.ops')
    except ImportError as error:
        raise UserError(
            f'dcn={dcn} needs the compiled operators of mmcv; mmcv-lite lacks them, install the '
            f'full mmcv in its place ({error})'
        ) from error


def is_deformable(module: nn.Module) -> bool:
    """Return whether the module is a deformable convolution of mmcv."""
    return hasattr(module, 'deform_groups')


def init_undeformed(module: nn.Module) -> None:
    """Initialise a deformable convolution so that its offsets and masks start neutral."""
    offsets = getattr(module, 'conv_offset', None)
    if isinstance(offsets, nn.Conv2d):
        nn.init.zeros_(offsets.weight)
        if offsets.bias is not None:
            nn.init.zeros_(offsets.bias)


def give_contiguous_inputs(module: nn.Module) -> None:
    """Hand the module every (N, C, H, W) input as a contiguous tensor from now on.

    mmcv's operators (RoIAlign, deformable convolutions) refuse a strided view or silently compute
    something else from it, and from channels last (mmcv 2.3.6).
    """
    module.register_forward_pre_hook(_make_contiguous, with_kwargs=True)


def _make_contiguous(_: nn.Module, *inputs: Any) -> Any:
    return tree_map(lambda x: x.contiguous() if isinstance(x, Tensor) else x, inputs)
