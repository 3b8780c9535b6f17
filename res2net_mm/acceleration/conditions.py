"""Conditions under which a computation may be replaced by a faster one."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn


def has_hooks(module: nn.Module) -> bool:
    """Return whether a forward or backward hook sits on the module, which must then be called."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
    )


def is_plain_tensor(x: Any) -> bool:
    """Return whether ``x`` is a tensor or parameter and no subclass, such as a quantised one."""
    return type(x) in (Tensor, nn.Parameter)


def learns(modules: Iterable[nn.Module], inputs: Iterable[Any]) -> bool:
    """Return whether there will be a backward pass through the modules."""
    if not torch.is_grad_enabled():
        return False
    entering = any(isinstance(x, Tensor) and x.requires_grad for x in inputs)
    return entering or any(p.requires_grad for module in modules for p in module.parameters())


def runs_eagerly_on_cpu(x: Tensor) -> bool:
    """Return whether operators run on the CPU at once, neither recorded nor transformed."""
    return (
        not torch.compiler.is_compiling()  # first: a compiler cannot read what follows
        and not torch.jit.is_tracing()
        and torch._C._functorch.maybe_current_level() is None  # torch.func
        and type(x) is Tensor
        and x.device.type == 'cpu'
    )


def uses_onednn(x: Tensor) -> bool:
    """Return whether oneDNN computes in float32 here and now."""
    return (
        runs_eagerly_on_cpu(x)
        and x.dtype == torch.float32
        and torch.backends.mkldnn.is_available()
        and bool(torch.backends.mkldnn.enabled)
        and not torch.is_autocast_enabled('cpu')
    )


def is_channels_last(x: Tensor) -> bool:
    """Return whether oneDNN computes in float32 and the feature map is channels last."""
    return uses_onednn(x) and x.is_contiguous(memory_format=torch.channels_last)


def count_pixels(x: Tensor) -> int:
    """Return N * H * W of a feature map (N, C, H, W)."""
    return x.shape[0] * x.shape[2] * x.shape[3]
