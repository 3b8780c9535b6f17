"""A block's forward and backward pass in training on a CPU, with the compiled kernels.

What takes PyTorch's operators a pass over memory each is done together here: a norm, its ReLU, and
the addition or the splitting around it. Nothing is split or concatenated by copying, and what a
norm made is computed again in the backward pass from what went into it. Convolutions are those of
convolution.py, products of matrices those of kernels/product.py.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.acceleration.kernels import are_built, batch_norm
from res2net_mm.acceleration.kernels.product import multiply, multiply_transposed

from .convolution import conv_backward
from .double_backward import differentiable_gradients
from .layout import is_pointwise, lies_last
from .module_hooks import is_watched
from .recomputation import HeldStatistics
from .rows import to_maps, to_rows
from .step_norms import HeldNorm, TrainedNorm, is_held, is_trained


def can_step(block: nn.Module, x: Tensor) -> bool:
    """Say whether :func:`step` computes what the modules of a :class:`Bottle2neck` would."""
    convs, norms = block.all_convs(), block.all_norms()
    return (
        lies_last(x)  # first: no compiler reads what follows
        and are_built()
        and torch.is_grad_enabled()
        and (x.requires_grad or any(p.requires_grad for p in block.parameters()))
        and x.shape[0] * x.shape[2] * x.shape[3] > block.stride**2  # or a norm refuses
        and block.se is None
        and not block.plugins
        and is_pointwise(convs[0], x)
        and all(map(_is_plain_conv, convs))
        and (all(map(is_trained, norms)) or all(map(is_held, norms)))
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
        convs, norms = block.all_convs(), _step_norms(block, x, parameters)
        first, *middle, last = norms
        a = multiply(to_rows(x), first.conv_weight.flatten(1).t())
        first.read(a)
        c, shape = [], x.shape

        def convolve(i: int, split: Tensor) -> Tensor:
            nonlocal shape
            maps = to_maps(split, x.shape)
            y = convs[i + 1]._conv_forward(maps, middle[i].conv_weight, None)
            shape = y.shape
            c.append(to_rows(y))
            middle[i].read(c[i])
            return c[i]

        splits, joined = _chain(block, norms, a, x.shape, convolve)
        b = multiply(joined, last.conv_weight.flatten(1).t())
        last.read(b)
        y = torch.empty((shape[0], b.shape[1], *shape[2:]), memory_format=torch.channels_last)
        added = to_rows(x if shortcut is None else shortcut)
        batch_norm.normalise_add(b, last.numbers, added, to_rows(y))
        ctx.block, ctx.norms, ctx.adds_input = block, norms, shortcut is None
        read = (*c, b)
        read = [t if norm.keeps_input else None for t, norm in zip(read, norms[1:], strict=True)]
        keep_joined = keep_joined or not all(norm.keeps_input for norm in middle)
        again = (*splits, joined) if keep_joined else ()
        ctx.save_for_backward(x, y, a, *read, *parameters, *again)
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        block, norms, count = ctx.block, ctx.norms, len(ctx.block.convs)
        x, y, a, *rest = ctx.saved_tensors
        c, (b,), parameters, again = _cut(rest, count, 1, 3 * (count + 2))
        if torch.is_grad_enabled():
            return None, None, *_differentiable_gradients(ctx, x, y, parameters, gradient)
        wants_x, wants_shortcut, *wants = ctx.needs_input_grad[2:]
        wants_scale = wants[count + 2 :: 2]
        wants = [  # gradients of weights: a scale in them is learnt through them
            want or (norm.is_folded and scale)
            for want, norm, scale in zip(wants[: count + 2], norms, wants_scale, strict=True)
        ]
        if not again:
            again = _chain(block, norms, a, x.shape, lambda i, _: c[i])
            again = (*again[0], again[1])
        *splits, joined = again
        first, *middle, last = norms
        d_weights: list[Tensor | None] = [None] * (count + 2)
        sums: list[Tensor] = [a] * (count + 2)

        sums[-1], d_b, d_shortcut = last.gradients_of_sum(to_rows(gradient), b, to_rows(y))
        if wants[count + 1]:
            d_weights[-1] = multiply_transposed(d_b, joined).view_as(last.conv_weight)
        d_joined = multiply(d_b, last.conv_weight.flatten(1))
        del d_b

        outputs, d_outputs = (t.split(block.width, 1) for t in (joined, d_joined))
        d_splits: list[Tensor] = list(d_outputs)
        if block.pass_last and block.pool_last:
            d_splits[-1] = _pool_backward(block, d_outputs[-1], x.shape, y.shape)
        elif block.pass_last:
            d_splits[-1] = d_outputs[-1].contiguous()  # its place is written to below
        carried = None
        for i in reversed(range(count)):
            d_c = a.new_empty(len(d_joined), block.width)
            sums[i + 1] = middle[i].gradients(
                d_outputs[i], c[i], middle[i].numbers, d_c, more=carried, output=outputs[i]
            )
            d_split, d_weights[i + 1] = conv_backward(
                block.convs[i], to_maps(d_c, y.shape), to_maps(splits[i], x.shape),
                middle[i].conv_weight, wants_x=True, wants_weight=wants[i + 1],
            )  # fmt: skip
            d_splits[i] = to_rows(d_split)
            carried = d_splits[i] if block.carry else None

        d_a = d_joined if d_joined.shape == a.shape else torch.empty_like(a)
        del d_joined, d_outputs
        parts = (t.split(block.width, 1) for t in (a, first.numbers, d_a))
        parts = zip(d_splits, *parts, strict=True)
        sums[0] = torch.cat([first.gradients(*part) for part in parts], dim=1)
        if wants[0]:
            d_weights[0] = multiply_transposed(d_a, to_rows(x)).view_as(first.conv_weight)
        d_x = None
        if wants_x:
            add_to = d_shortcut if ctx.adds_input else None
            d_x = to_maps(multiply(d_a, first.conv_weight.flatten(1), add_to=add_to), x.shape)
        d_shortcut = to_maps(d_shortcut, y.shape) if wants_shortcut else None
        weights = parameters[: count + 2]
        of_each = [
            norm.of_parameters(*each)
            for norm, *each in zip(norms, d_weights, sums, weights, strict=True)
        ]
        of_norms = [d for _, d_weight, d_bias in of_each for d in (d_weight, d_bias)]
        return None, None, d_x, d_shortcut, *(d for d, _, _ in of_each), *of_norms


def _step_norms(
    block: nn.Module, x: Tensor, weights: Sequence[Tensor]
) -> list[TrainedNorm | HeldNorm]:
    pixels_in = x.shape[0] * x.shape[2] * x.shape[3]
    pixels = [pixels_in] + [pixels_in // block.stride**2] * (len(block.convs) + 1)
    return [
        TrainedNorm(norm, weight) if norm.training else HeldNorm(norm, weight, count)
        for norm, weight, count in zip(
            block.all_norms(), weights[: len(pixels)], pixels, strict=True
        )
    ]


def _chain(
    block: nn.Module, norms: Sequence[TrainedNorm | HeldNorm], a: Tensor, shape: Sequence[int],
    convolve: Callable[[int, Tensor], Tensor],
) -> tuple[list[Tensor], Tensor]:  # fmt: skip
    """Return what each 3x3 convolution reads, and the outputs beside each other.

    Args:
        block: The block.
        norms: Its norms, of which the first has its numbers.
        a: Before the first norm.
        shape: Of the maps that come in.
        convolve: (index, what it reads) -> what the convolution makes of it, whose norm has its
            numbers then.
    """
    width, splits, joined = block.width, [], None
    parts = list(zip(a.split(width, 1), norms[0].numbers.split(width, 1), strict=True))
    split = None
    for i in range(len(block.convs)):
        if split is None:
            split = a.new_empty(len(a), width)
            batch_norm.normalise(*parts[i], split)
        splits.append(split)
        c = convolve(i, split)
        if joined is None:
            joined = a.new_empty(len(c), a.shape[1])
        output, numbers = joined[:, i * width : (i + 1) * width], norms[i + 1].numbers
        split = None
        if block.carry and i + 1 < len(block.convs):
            split = torch.empty_like(c)
            batch_norm.normalise_carry(c, numbers, *parts[i + 1], output, split)
        else:
            batch_norm.normalise(c, numbers, output)
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
    ctx: Any, x: Tensor, y: Tensor, parameters: Sequence[Tensor], gradient: Tensor
) -> list[Tensor | None]:
    """Return the gradients of x, shortcut and parameters with a graph of their own.

    The shortcut's values are not kept; all that depends on them is where the ReLU passes.
    """
    block, passes = ctx.block, (y > 0).to(y.dtype)
    x = x.view_as(x)  # of its own, as the shortcut may be made of it
    shortcut = None if ctx.adds_input else torch.zeros_like(y).requires_grad_()

    def run(x: Tensor, shortcut: Tensor | None, *_: Tensor) -> Tensor:
        return (block.residual(x) + (x if shortcut is None else shortcut)) * passes

    with HeldStatistics([block], nullcontext()):
        return differentiable_gradients(run, [x, shortcut, *parameters], gradient)


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
