"""Deformable convolutions of mmcv, where a config asks for them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from torch import Tensor, nn

from res2net_mm.errors import UserError


def register_deformable(dcn: Mapping[str, Any]) -> None:
    """Make mmcv's deformable convolutions known to its registry.

    Args:
        dcn: Config of the deformable convolution, for the message.

    Raises:
        UserError: mmcv was installed without its compiled operators.
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
    module.register_forward_pre_hook(_contiguous, with_kwargs=True)


def _contiguous(
    _: nn.Module, inputs: tuple[Any, ...], keywords: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    def contiguous(value: Any) -> Any:
        return value.contiguous() if isinstance(value, Tensor) else value

    return tuple(map(contiguous, inputs)), {k: contiguous(v) for k, v in keywords.items()}
