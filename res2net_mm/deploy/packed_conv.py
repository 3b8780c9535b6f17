"""Convolutions with weights in oneDNN's layout, fused with addition and ReLU."""

from typing import Any, TypeGuard

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.acceleration.conditions import uses_onednn

from .folding import WRAPPERS


class PackedConv2d(nn.Conv2d):
    """A convolution that oneDNN computes in one pass with an addition and a ReLU.

    On a CPU in float32 it calls the operators that torch.compile emits with frozen weights, without
    a compiler. Elsewhere, and under gradients, autocast or a tracer, it is plain ``F.conv2d`` with
    the same parameters under the same names.
    """

    _packed: Tensor | None

    @classmethod
    def of(cls, conv: nn.Conv2d) -> 'PackedConv2d':
        """Return a convolution that shares the parameters of ``conv``."""
        made = cls.__new__(cls)
        made.__dict__ = {**conv.__dict__, '_packed': None}
        made.weight.data = made.weight.contiguous(memory_format=torch.channels_last)
        return made

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H', W')."""
        return self.finish(x)

    def finish(self, x: Tensor, *, add: Tensor | None = None, relu: bool = False) -> Tensor:
        """Convolve, then add ``add`` (shape of the output) and apply a ReLU where asked."""
        if not self.is_fast(x):
            y = super().forward(x)
            y = y if add is None else y + add
            return F.relu(y) if relu else y
        if self._packed is None:
            self._packed = torch.ops.mkldnn._reorder_convolution_weight(
                self.weight, self.padding, self.stride, self.dilation, self.groups, x.shape
            )
        where = (self._packed, self.bias, self.padding, self.stride, self.dilation, self.groups)
        after = 'relu' if relu else 'none'
        if add is None:
            return torch.ops.mkldnn._convolution_pointwise(x, *where, after, [], '')
        return torch.ops.mkldnn._convolution_pointwise(
            x, add, *where, 'add', 1.0, after if relu else None, [], ''
        )

    def is_fast(self, x: Tensor) -> bool:
        """Return whether oneDNN's operators compute this call."""
        return (
            uses_onednn(x)
            and self.weight.dtype == torch.float32
            and x.numel() > 0
            and not (torch.is_grad_enabled() and (x.requires_grad or self.weight.requires_grad))
            and hasattr(torch.ops.mkldnn, '_convolution_pointwise')
        )

    def _apply(self, *args: Any, **kwargs: Any) -> 'PackedConv2d':
        self._packed = None  # other weights, or another device
        return super()._apply(*args, **kwargs)

    def _load_from_state_dict(self, *args: Any, **kwargs: Any) -> None:
        self._packed = None
        super()._load_from_state_dict(*args, **kwargs)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, '_packed': None}  # packed weights can be neither copied nor saved


def can_pack(conv: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Return whether it is a plain convolution, zero-padded by numbers."""
    if not isinstance(conv, nn.Conv2d):
        return False
    plain = type(conv) is nn.Conv2d or type(conv).__module__ == WRAPPERS
    return plain and conv.padding_mode == 'zeros' and not isinstance(conv.padding, str)
