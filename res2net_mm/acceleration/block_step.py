"""A bottleneck block's training step on a CPU, forward and backward, with the compiled kernels.

Passes over memory that PyTorch's operators take one by one are taken together: a norm, its ReLU and
the addition or the split around it. Nothing is split or concatenated by copying, and the output of
a norm is computed again in the backward pass from its input. Convolutions are those of
convolution.py, matrix products those of products.py.

Feature maps are matrices (pixels, channels) here: ``conv1_out``; per branch its input
``branch_in[i]`` and the output of its 3x3 convolution ``conv_out[i]``; ``concatenated``, which
conv3 reads; ``conv3_out``. ``d_x`` is the gradient of ``x``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn

from res2net_mm.layers import Bottle2neck

from .conditions import count_pixels, has_hooks, is_channels_last, learns
from .convolution import conv_backward, is_plain, is_pointwise
from .double_backward import differentiable_gradients
from .kernels import are_built, batch_norm
from .layout import to_maps, to_rows
from .memory_modes import HeldStatistics
from .products import multiply, multiply_transposed
from .step_norms import HeldNorm, TrainedNorm, are_steppable

if TYPE_CHECKING:
    from .accelerated import AcceleratedBottle2neck


def can_step(block: Bottle2neck, x: Tensor) -> bool:
    """Return whether :func:`step` computes the same as the block's modules one by one."""
    return (
        is_channels_last(x)  # first: a compiler cannot read what follows
        and are_built()
        and learns([block], [x])
        # Nothing comes between the convolutions, norms and ReLUs.
        and block.se is None
        and not block.plugins
        and not has_hooks(block.relu)
        and is_pointwise(block.conv1, x)
        and all(
            type(c) is nn.Conv2d and is_plain(c) and not has_hooks(c) for c in block.all_convs()
        )
        and are_steppable(block.all_norms())
        and count_pixels(x) > block.stride**2  # of one value a norm raises its own error
    )


def step(
    block: AcceleratedBottle2neck, x: Tensor, shortcut: Tensor | None, *, keep_concatenated: bool
) -> Tensor:
    """Return the block's output, (N, C, H, W) -> (N, C', H', W'), channels last.

    Args:
        block: A block for which :func:`can_step` holds.
        x: Its input, channels last.
        shortcut: What is added to its output; None for ``x`` itself.
        keep_concatenated: Whether the inputs of all convolutions but the first are kept for the
            backward pass; else they are computed again there.
    """
    parameters = [conv.weight for conv in block.all_convs()]
    parameters += [p for norm in block.all_norms() for p in (norm.weight, norm.bias)]
    return _Step.apply(block, keep_concatenated, x, shortcut, *parameters)


class _Step(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, block: AcceleratedBottle2neck, keep_concatenated: bool, x: Tensor,
        shortcut: Tensor | None, *parameters: Tensor,
    ) -> Tensor:  # fmt: skip
        convs = cast(list[nn.Conv2d], block.all_convs())
        norms = _step_norms(block, x, parameters)
        first, *middle, last = norms
        conv1_out = multiply(to_rows(x), first.conv_weight.flatten(1).t())
        first.gather(conv1_out)
        conv_out, shape = [], x.shape

        def convolve(i: int, branch_in: Tensor) -> Tensor:
            nonlocal shape
            maps = to_maps(branch_in, x.shape)
            y = convs[i + 1]._conv_forward(maps, middle[i].conv_weight, None)
            shape = y.shape
            conv_out.append(to_rows(y))
            middle[i].gather(conv_out[i])
            return conv_out[i]

        branch_in, concatenated = _chain(block, norms, conv1_out, x.shape, convolve)
        conv3_out = multiply(concatenated, last.conv_weight.flatten(1).t())
        last.gather(conv3_out)
        y = torch.empty(
            (shape[0], conv3_out.shape[1], *shape[2:]), memory_format=torch.channels_last
        )
        added = to_rows(x if shortcut is None else shortcut)
        batch_norm.normalise_add(conv3_out, last.stats, added, to_rows(y))

        ctx.block, ctx.norms, ctx.adds_input = block, norms, shortcut is None
        normed = zip((*conv_out, conv3_out), norms[1:], strict=True)
        kept = [t if norm.keeps_input else None for t, norm in normed]
        keep_concatenated = keep_concatenated or not all(norm.keeps_input for norm in middle)
        again = (*branch_in, concatenated) if keep_concatenated else ()
        ctx.save_for_backward(x, y, conv1_out, *kept, *parameters, *again)
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        block, norms, count = ctx.block, ctx.norms, len(ctx.block.convs)
        first, *middle, last = norms
        x, y, conv1_out, *rest = ctx.saved_tensors
        rest = iter(rest)
        conv_out, (conv3_out,), parameters, again = (
            list(islice(rest, n)) for n in (count, 1, 3 * (count + 2), None)
        )
        if torch.is_grad_enabled():
            return None, None, *_differentiable_gradients(ctx, x, y, parameters, gradient)
        wants_x, wants_shortcut, *wants = ctx.needs_input_grad[2:]
        weights, wants_scale = parameters[: count + 2], wants[count + 2 :: 2]
        wants_weight = [  # a folded norm's scale is learnt through the convolution's weight
            want or (norm.is_folded and scale)
            for want, norm, scale in zip(wants[: count + 2], norms, wants_scale, strict=True)
        ]
        if again:
            *branch_in, concatenated = again
        else:
            branch_in, concatenated = _chain(
                block, norms, conv1_out, x.shape, lambda i, _: conv_out[i]
            )
        d_weights: list[Tensor | None] = [None] * (count + 2)
        sums: list[Tensor] = [conv1_out] * (count + 2)

        sums[-1], d_conv3_out, d_shortcut = last.gradients_of_sum(
            to_rows(gradient), conv3_out, to_rows(y)
        )
        if wants_weight[-1]:
            d_weight = multiply_transposed(d_conv3_out, concatenated)
            d_weights[-1] = d_weight.view_as(last.conv_weight)
        d_concatenated = multiply(d_conv3_out, last.conv_weight.flatten(1))
        del d_conv3_out

        outputs, d_outputs = (t.split(block.width, 1) for t in (concatenated, d_concatenated))
        d_splits: list[Tensor] = list(d_outputs)
        if block.pass_last and block.pool_last:
            d_splits[-1] = _pool_backward(block, d_outputs[-1], x.shape, y.shape)
        elif block.pass_last:
            d_splits[-1] = d_outputs[-1].contiguous()  # d_conv1_out is written over it below
        carried = None
        for i in reversed(range(count)):
            d_conv_out = conv1_out.new_empty(len(d_concatenated), block.width)
            sums[i + 1] = middle[i].gradients(
                d_outputs[i], conv_out[i], slice(None), d_conv_out, more=carried, output=outputs[i]
            )
            d_split, d_weights[i + 1] = conv_backward(
                block.convs[i], to_maps(d_conv_out, y.shape), to_maps(branch_in[i], x.shape),
                middle[i].conv_weight, wants_x=True, wants_weight=wants_weight[i + 1],
            )  # fmt: skip
            assert d_split is not None
            d_splits[i] = to_rows(d_split)
            carried = d_splits[i] if block.carry else None

        same = d_concatenated.shape == conv1_out.shape
        d_conv1_out = d_concatenated if same else torch.empty_like(conv1_out)
        del d_concatenated, d_outputs
        sums[0] = torch.cat(
            [
                first.gradients(d, conv1_out[:, split], split, d_conv1_out[:, split])
                for d, split in zip(d_splits, _splits(block), strict=True)
            ],
            dim=1,
        )
        if wants_weight[0]:
            d_weights[0] = multiply_transposed(d_conv1_out, to_rows(x)).view_as(first.conv_weight)
        d_x = None
        if wants_x:
            add_to = d_shortcut if ctx.adds_input else None
            d_x = multiply(d_conv1_out, first.conv_weight.flatten(1), add_to=add_to)
            d_x = to_maps(d_x, x.shape)
        d_shortcut = to_maps(d_shortcut, y.shape) if wants_shortcut else None
        of_each = [
            norm.of_parameters(*each)
            for norm, *each in zip(norms, d_weights, sums, weights, strict=True)
        ]
        of_norms = [d for _, d_weight, d_bias in of_each for d in (d_weight, d_bias)]
        return None, None, d_x, d_shortcut, *(d for d, _, _ in of_each), *of_norms


def _step_norms(
    block: Bottle2neck, x: Tensor, weights: Sequence[Tensor]
) -> list[TrainedNorm | HeldNorm]:
    pixels_in = count_pixels(x)
    pixels = [pixels_in] + [pixels_in // block.stride**2] * (len(block.convs) + 1)
    norms = cast(list[nn.BatchNorm2d], block.all_norms())
    return [
        TrainedNorm(norm, weight) if norm.training else HeldNorm(norm, weight, count)
        for norm, weight, count in zip(norms, weights[: len(pixels)], pixels, strict=True)
    ]


def _splits(block: Bottle2neck) -> list[slice]:
    """Return the channels of each split."""
    return [slice(i * block.width, (i + 1) * block.width) for i in range(block.scales)]


def _chain(
    block: Bottle2neck, norms: Sequence[TrainedNorm | HeldNorm], conv1_out: Tensor,
    shape: Sequence[int], convolve: Callable[[int, Tensor], Tensor],
) -> tuple[list[Tensor], Tensor]:  # fmt: skip
    """Return ``branch_in`` and ``concatenated``: ``HierarchicalConv.forward`` by the kernels.

    The first of ``norms`` has its statistics, the others once ``convolve(i, branch_in[i])`` has
    returned ``conv_out[i]``. ``shape`` is that of the block's input.
    """
    first, splits = norms[0].stats, _splits(block)
    branch_in: list[Tensor] = []
    concatenated: Tensor
    carried: Tensor | None = None
    for i in range(len(block.convs)):
        if carried is None:
            x = conv1_out.new_empty(len(conv1_out), block.width)
            batch_norm.normalise(conv1_out[:, splits[i]], first[:, splits[i]], x)
        else:
            x = carried
        branch_in.append(x)
        conv_out = convolve(i, x)
        if i == 0:
            concatenated = conv1_out.new_empty(len(conv_out), conv1_out.shape[1])
        stats, output, carried = norms[i + 1].stats, concatenated[:, splits[i]], None
        if block.carry and i + 1 < len(block.convs):
            carried, after = torch.empty_like(conv_out), splits[i + 1]
            batch_norm.normalise_carry(
                conv_out, stats, conv1_out[:, after], first[:, after], output, carried
            )
        else:
            batch_norm.normalise(conv_out, stats, output)
    if block.pass_last:
        split, output = splits[-1], concatenated[:, splits[-1]]
        x = conv1_out.new_empty(len(conv1_out), block.width) if block.pool_last else output
        batch_norm.normalise(conv1_out[:, split], first[:, split], x)
        if block.pool_last:
            output.copy_(to_rows(block.pool(to_maps(x, shape))))
    return branch_in, concatenated


def _pool_backward(
    block: Bottle2neck, gradient: Tensor, shape: Sequence[int], pooled_shape: Sequence[int]
) -> Tensor:
    """Return the gradient of the pooled split, (pixels, width)."""
    pooled = to_maps(gradient.new_empty(shape[0] * shape[2] * shape[3], block.width), shape)
    return to_rows(
        torch.ops.aten.avg_pool2d_backward(
            to_maps(gradient.contiguous(), pooled_shape), pooled, [3, 3], [block.stride] * 2,
            [1, 1], False, block.pool_padding, None,
        )
    )  # fmt: skip


def _differentiable_gradients(
    ctx: Any, x: Tensor, y: Tensor, parameters: Sequence[Tensor], gradient: Tensor
) -> list[Tensor | None]:
    """Return the gradients of x, shortcut and parameters with a graph of their own.

    The shortcut's values are not kept: all that depends on them is where the last ReLU passes.
    """
    block, passes = ctx.block, (y > 0).to(y.dtype)
    x = x.view_as(x)  # a tensor of its own, since the shortcut may depend on x
    shortcut = None if ctx.adds_input else torch.zeros_like(y).requires_grad_()

    def run(x: Tensor, shortcut: Tensor | None, *_: Tensor) -> Tensor:
        return (block.residual(x) + (x if shortcut is None else shortcut)) * passes

    with HeldStatistics([block], nullcontext()):
        return differentiable_gradients(run, [x, shortcut, *parameters], gradient)
