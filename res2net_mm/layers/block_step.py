"""A block's forward and backward pass in training on a CPU, with the compiled kernels.

What takes PyTorch's operators a pass over memory each is done together here: a norm, its ReLU, and
the addition or the splitting around it. Nothing is split or concatenated by copying, and what a
norm made is computed again in the backward pass from what went into it. Convolutions and products
of matrices are PyTorch's.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.kernels import are_built, batch_norm

from .convolution import conv_backward
from .double_backward import differentiable_gradients
from .layout import is_pointwise, lies_last
from .norm_relu import is_trained_by_batches
from .recomputation import HeldStatistics
from .rows import to_maps, to_rows
from .watched import is_watched


def can_step(block: nn.Module, x: Tensor) -> bool:
    """Say whether :func:`step` computes what the modules of a :class:`Bottle2neck` would."""
    first, *middle, last = block.all_convs()
    return (
        are_built()
        and lies_last(x)
        and torch.is_grad_enabled()
        and x.shape[0] * x.shape[2] * x.shape[3] > block.stride**2  # or a norm refuses
        and block.se is None
        and not block.plugins
        and is_pointwise(first, x)
        and all(map(_is_plain_conv, (first, *middle, last)))
        and all(is_trained_by_batches(norm, torch.float32) for norm in block.all_norms())
        and not is_watched(block.relu)
    )


def step(
    block: nn.Module, x: Tensor, shortcut: Tensor | None, *, keep_joined: bool = True
) -> Tensor:
    """Return what a block makes of its input: (N, C, H, W) -> (N, C', H', W'), channels last.

    Args:
        block: A :class:`Bottle2neck` of which :func:`can_step` holds.
        x: Its input, channels last.
        shortcut: What is added to its output; None for ``x`` itself.
        keep_joined: Whether the inputs of all convolutions but the first are kept for the backward
            pass, or computed again in it.
    """
    parameters = [conv.weight for conv in block.all_convs()]
    parameters += [p for norm in block.all_norms() for p in (norm.weight, norm.bias)]
    return _Step.apply(block, keep_joined, x, shortcut, *parameters)


class _Step(torch.autograd.Function):
    """Inside, maps are matrices of pixels and channels.

    They are a after the first 1x1, c after each 3x3, joined of what comes of those, b after the
    last 1x1.
    """

    @staticmethod
    def forward(
        ctx: Any, block: nn.Module, keep_joined: bool, x: Tensor, shortcut: Tensor | None,
        *parameters: Tensor,
    ) -> Tensor:  # fmt: skip
        first, *middle, last = parameters[: len(block.convs) + 2]
        a = to_rows(x) @ first.flatten(1).t()
        a_norm = batch_norm.statistics(a, block.bn1)
        c, c_norms, shape = [], [], x.shape

        def convolve(i: int, split: Tensor) -> tuple[Tensor, Tensor]:
            nonlocal shape
            y = block.convs[i]._conv_forward(to_maps(split, x.shape), middle[i], None)
            shape = y.shape
            c.append(to_rows(y))
            c_norms.append(batch_norm.statistics(c[i], block.bns[i]))
            return c[i], c_norms[i]

        splits, joined = _chain(block, a, a_norm, x.shape, convolve)
        b = joined @ last.flatten(1).t()
        b_norm = batch_norm.statistics(b, block.bn3)
        y = torch.empty_like(b)
        batch_norm.normalise_add(b, b_norm, to_rows(x if shortcut is None else shortcut), y)
        y = to_maps(y, shape)
        ctx.block, ctx.keep_joined = block, keep_joined
        again = (*splits, joined) if keep_joined else ()
        ctx.save_for_backward(
            x, shortcut, y, a, a_norm, b, b_norm, *c, *c_norms, *parameters, *again
        )
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        block, count = ctx.block, len(ctx.block.convs)
        x, shortcut, y, a, a_norm, b, b_norm, *rest = ctx.saved_tensors
        c, c_norms, parameters, again = _cut(rest, count, count, 3 * (count + 2))
        if torch.is_grad_enabled():
            inputs = [x.view_as(x), shortcut, *parameters]  # the shortcut may be made of x
            return None, None, *_differentiable_gradients(block, inputs, gradient)
        wants_x, wants_shortcut, *wants = ctx.needs_input_grad[2:]
        first, *middle, last = parameters[: count + 2]
        *splits, joined = again or _chain_again(block, a, a_norm, x.shape, c, c_norms)

        d_weights: list[Tensor | None] = [None] * (count + 2)
        d_norms: list[Tensor] = [a_norm] * (count + 2)
        d_b, d_shortcut = torch.empty_like(b), torch.empty_like(b)
        d_norms[-1] = batch_norm.gradients_of_sum(
            to_rows(gradient), b, b_norm, to_rows(y), d_b, d_shortcut
        )
        if wants[count + 1]:
            d_weights[-1] = (d_b.t() @ joined).view_as(last)
        d_joined = d_b @ last.flatten(1)
        del d_b, joined

        d_outputs = d_joined.split(block.width, 1)
        d_splits: list[Tensor] = list(d_outputs)
        if block.pass_last and block.pool_last:
            d_splits[-1] = _pool_backward(block, d_outputs[-1], x.shape, y.shape)
        carried = None
        for i in reversed(range(count)):
            d_c = torch.empty_like(c[i])
            d_norms[i + 1] = batch_norm.gradients(d_outputs[i], c[i], c_norms[i], d_c, more=carried)
            d_split, d_weights[i + 1] = conv_backward(
                block.convs[i], to_maps(d_c, y.shape), to_maps(splits[i], x.shape), middle[i],
                wants_x=True, wants_weight=wants[i + 1],
            )  # fmt: skip
            d_splits[i] = to_rows(d_split)
            carried = d_splits[i] if block.carry else None

        d_a = torch.empty_like(a)
        parts = zip(d_splits, *(t.split(block.width, 1) for t in (a, a_norm, d_a)), strict=True)
        d_norms[0] = torch.cat([batch_norm.gradients(*part) for part in parts], dim=1)
        if wants[0]:
            d_weights[0] = (d_a.t() @ to_rows(x)).view_as(first)
        d_x = None
        if wants_x and shortcut is None:
            d_x = to_maps(d_shortcut.addmm_(d_a, first.flatten(1)), x.shape)
        elif wants_x:
            d_x = to_maps(d_a @ first.flatten(1), x.shape)
        d_shortcut = to_maps(d_shortcut, y.shape) if wants_shortcut else None
        pairs = [(sums[1], sums[0]) for sums in d_norms]  # of weight and bias
        return None, None, d_x, d_shortcut, *d_weights, *(d for pair in pairs for d in pair)


def _chain(
    block: nn.Module, a: Tensor, a_norm: Tensor, shape: Sequence[int],
    convolve: Callable[[int, Tensor], tuple[Tensor, Tensor]],
) -> tuple[list[Tensor], Tensor]:  # fmt: skip
    """Return what each 3x3 convolution reads, and the outputs beside each other.

    Args:
        block: The block.
        a: Before its first norm.
        a_norm: The numbers of that norm.
        shape: Of the maps that come in.
        convolve: (index, what it reads) -> what the convolution makes of it, numbers of its norm.
    """
    width, splits, joined = block.width, [], None
    parts = list(zip(a.split(width, 1), a_norm.split(width, 1), strict=True))
    split = None
    for i in range(len(block.convs)):
        if split is None:
            split = a.new_empty(len(a), width)
            batch_norm.normalise(*parts[i], split)
        splits.append(split)
        c, c_norm = convolve(i, split)
        if joined is None:
            joined = a.new_empty(len(c), a.shape[1])
        output = joined[:, i * width : (i + 1) * width]
        split = None
        if block.carry and i + 1 < len(block.convs):
            split = torch.empty_like(c)
            batch_norm.normalise_carry(c, c_norm, *parts[i + 1], output, split)
        else:
            batch_norm.normalise(c, c_norm, output)
    if block.pass_last and block.pool_last:
        last = a.new_empty(len(a), width)
        batch_norm.normalise(*parts[-1], last)
        pooled = F.avg_pool2d(
            to_maps(last, shape), 3, block.stride, padding=1, count_include_pad=block.pool_padding
        )
        joined[:, -width:] = to_rows(pooled)
    elif block.pass_last:
        batch_norm.normalise(*parts[-1], joined[:, -width:])
    return splits, joined


def _chain_again(
    block: nn.Module, a: Tensor, a_norm: Tensor, shape: Sequence[int],
    c: Sequence[Tensor], c_norms: Sequence[Tensor],
) -> tuple[Tensor, ...]:  # fmt: skip
    splits, joined = _chain(block, a, a_norm, shape, lambda i, _: (c[i], c_norms[i]))
    return *splits, joined


def _pool_backward(
    block: nn.Module, gradient: Tensor, shape: Sequence[int], pooled_shape: Sequence[int]
) -> Tensor:
    """Return the gradient of what the pooling of the last split read, as rows."""
    last = to_maps(gradient.new_empty(shape[0] * shape[2] * shape[3], block.width), shape)
    return to_rows(
        torch.ops.aten.avg_pool2d_backward(
            to_maps(gradient.contiguous(), pooled_shape),
            last,
            [3, 3],
            [block.stride] * 2,
            [1, 1],
            False,
            block.pool_padding,
            None,
        )
    )


def _differentiable_gradients(
    block: nn.Module, inputs: Sequence[Tensor | None], gradient: Tensor
) -> list[Tensor | None]:
    def run(x: Tensor, shortcut: Tensor | None, *_: Tensor) -> Tensor:
        return block.by_modules(x, shortcut)

    with HeldStatistics([block], nullcontext()):
        return differentiable_gradients(run, inputs, gradient)


def _cut(values: list, *sizes: int) -> list[list]:
    parts = []
    for size in sizes:
        parts.append(values[:size])
        values = values[size:]
    return [*parts, values]


def _is_plain_conv(conv: nn.Module) -> bool:
    return (
        type(conv) is nn.Conv2d
        and conv.bias is None
        and conv.weight.dtype == torch.float32
        and type(conv.weight) in (Tensor, nn.Parameter)
        and conv.padding_mode == 'zeros'
        and not is_watched(conv)
    )
