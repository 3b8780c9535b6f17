"""Batch norm in training with the ReLU behind it, on feature maps as matrices.

A map is a matrix (pixels, channels) in float32 on the CPU. The channels of a pixel lie side by
side; pixels may lie further apart, as those of a split do. The statistics of a norm are four rows
(4, channels): mean, 1 / deviation, scale, shift; see batch_norm.c.
"""

from typing import Any

from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from .library import Rows, library

NOWHERE = Rows(None, 0)


def statistics(x: Tensor, norm: _BatchNorm) -> Tensor:
    """Return the statistics (4, channels) of ``x`` under a norm and update its running ones."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    stats, scratch = x.new_empty(4, x.shape[1]), _scratch(x)
    _call(
        'norm_statistics', x, *x.shape, norm.weight.data_ptr(), norm.bias.data_ptr(), norm.eps,
        norm.momentum, norm.running_mean.data_ptr(), norm.running_var.data_ptr(), stats,
        scratch.data_ptr(),
    )  # fmt: skip
    if norm.num_batches_tracked is not None:
        norm.num_batches_tracked.add_(1)
    return stats


def normalise(x: Tensor, stats: Tensor, out: Tensor, *, relu: bool = True) -> None:
    """Write ``relu(norm(x))`` to ``out``."""
    _call('norm_apply', x, stats, out, *x.shape, 0.0 if relu else float('-inf'))


def normalise_add(x: Tensor, stats: Tensor, shortcut: Tensor, out: Tensor) -> None:
    """Write ``relu(norm(x) + shortcut)`` to ``out``."""
    _call('norm_add_relu', x, stats, shortcut, out, *x.shape)


def normalise_carry(
    x: Tensor, stats: Tensor, following: Tensor, following_stats: Tensor, out: Tensor, total: Tensor
) -> None:
    """Write ``relu(norm(x))`` to ``out`` and the next branch's input to ``total``.

    That input is ``relu(norm(x)) + relu(following_norm(following))``.
    """
    _call('norm_relu_carry', x, stats, following, following_stats, out, total, *x.shape)


def gradients(
    gradient: Tensor, x: Tensor, stats: Tensor, out: Tensor, *, more: Tensor | None = None,
    relu: bool = True,
) -> Tensor:  # fmt: skip
    """Backward pass of :func:`normalise`: write the gradient of ``x`` to ``out``.

    The gradient of the output is ``gradient``, which is not ``out`` itself, plus ``more``.

    Returns:
        Four rows, of which the first two are the gradients of the norm's bias and weight.
    """
    sums = _sums(gradient, more, x, stats, relu=relu)
    _call('norm_gradient', gradient, more, x, stats, sums, out, *x.shape, relu)
    return sums


def gradients_of_sum(
    gradient: Tensor, x: Tensor, stats: Tensor, output: Tensor, out: Tensor, shortcut: Tensor
) -> Tensor:
    """Backward pass of :func:`normalise_add`, with gradients in ``out`` and ``shortcut``."""
    sums = _sums(gradient, None, x, stats, output=output, kept=shortcut)
    _call('norm_gradient', shortcut, None, x, stats, sums, out, *x.shape, False)
    return sums


def gradients_held(
    gradient: Tensor, x: Tensor | None, stats: Tensor, out: Tensor, *, more: Tensor | None = None,
    output: Tensor | None = None, shortcut: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Backward pass of both for a norm with held statistics, which depend on no image.

    Without ``x`` there is no gradient of the scale. The ``output`` is needed without ``x``, with
    ``more``, and with ``shortcut``, where the gradient of an added shortcut goes.

    Returns:
        Two rows: the gradients of shift and scale.
    """
    sums, scratch = stats.new_empty(2, stats.shape[1]), _scratch(gradient)
    _call(
        'norm_gradient_held', gradient, more, x, stats, output, shortcut, out, *gradient.shape,
        sums, scratch.data_ptr(),
    )  # fmt: skip
    return sums


def _sums(
    gradient: Tensor, more: Tensor | None, x: Tensor, stats: Tensor, *, relu: bool = True,
    output: Tensor | None = None, kept: Tensor | None = None,
) -> Tensor:  # fmt: skip
    sums, scratch = x.new_empty(4, x.shape[1]), _scratch(x)
    _call(
        'norm_gradient_sums', gradient, more, x, stats, output, kept, *x.shape, relu, sums,
        scratch.data_ptr(),
    )  # fmt: skip
    return sums


def _call(kernel: str, *arguments: Any) -> None:
    """Call a kernel; a tensor is passed as rows, None as rows that are nowhere."""
    getattr(library(), kernel)(*map(_rows, arguments))


def _rows(value: Any) -> Any:
    if isinstance(value, Tensor):
        return Rows(value.data_ptr(), value.stride(0))
    return NOWHERE if value is None else value


def _scratch(x: Tensor) -> Tensor:
    return x.new_empty(library().norm_scratch(*x.shape))
