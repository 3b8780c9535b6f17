"""A batch norm and the ReLU behind it, of which the backward pass needs the input only."""

from typing import Any

import torch
from torch import Tensor, nn

from .conv_norm import is_watched
from .layout import is_plain_on_cpu


def norm_relu(norm: nn.Module, relu: nn.Module, x: Tensor) -> Tensor:
    """Return ``relu(norm(x))``, (N, C, H, W) -> (N, C, H, W).

    A ReLU keeps its output to know where it was positive, which costs nothing where a convolution
    reads the same map, as between most layers. The splits of a block are added to or concatenated
    first. There the norm, while it trains on a CPU, is computed again from the input that it keeps
    anyway: a twentieth less memory for the whole network. Output and gradients are the same.

    Source: Rota Bulo et al., In-Place Activated BatchNorm, arXiv 1712.02616, the other way around.
    """
    if not _is_trained_by_batches(norm, x) or is_watched(norm) or is_watched(relu):
        return relu(norm(x))
    if norm.num_batches_tracked is not None:
        norm.num_batches_tracked.add_(1)
    return _NormRelu.apply(x, norm.weight, norm.bias, norm)


class _NormRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d) -> Tensor:
        y, mean, inverse_std = torch.native_batch_norm(
            x, weight, bias, norm.running_mean, norm.running_var, True, norm.momentum, norm.eps
        )
        ctx.save_for_backward(x, weight, bias, mean, inverse_std)
        ctx.eps = norm.eps
        return y.relu_()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, mean, inverse_std = ctx.saved_tensors
        scale = inverse_std * weight
        shift = bias - mean * scale
        y = torch.addcmul(shift.view(-1, 1, 1), x, scale.view(-1, 1, 1))
        gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
        gradients = torch.ops.aten.native_batch_norm_backward(
            gradient, x, weight, None, None, mean, inverse_std, True, ctx.eps,
            ctx.needs_input_grad[:3],
        )  # fmt: skip
        return *gradients, None


def _is_trained_by_batches(norm: nn.Module, x: Tensor) -> bool:
    return (
        is_plain_on_cpu(x)
        and type(norm) is nn.BatchNorm2d
        and norm.training
        and norm.affine
        and norm.running_mean is not None
        and norm.momentum is not None
        and torch.is_grad_enabled()
        and (x.requires_grad or norm.weight.requires_grad or norm.bias.requires_grad)
        and x.dtype == norm.weight.dtype
    )
