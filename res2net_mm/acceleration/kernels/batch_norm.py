"""Batch norm in training, with the ReLU behind it, on maps as rows of channels.

A map here is a matrix (pixels, channels) in float32 on the CPU. The channels of a pixel lie side by
side; pixels may lie further apart, as those of a split do. Of a norm there are four rows of numbers
(4, channels): mean, 1 / deviation, scale, shift; see batch_norm.c.
"""

from torch import Tensor, nn

from .library import Rows, library

NOWHERE = Rows(None, 0)


def statistics(x: Tensor, norm: nn.BatchNorm2d) -> Tensor:
    """Return the four rows of numbers of a norm that reads ``x``, which updates its statistics."""
    pixels, channels = x.shape
    numbers, scratch = x.new_empty(4, channels), _scratch(x)
    library().norm_statistics(
        _rows(x), pixels, channels, norm.weight.data_ptr(), norm.bias.data_ptr(), norm.eps,
        norm.momentum, norm.running_mean.data_ptr(), norm.running_var.data_ptr(), _rows(numbers),
        scratch.data_ptr(),
    )  # fmt: skip
    if norm.num_batches_tracked is not None:
        norm.num_batches_tracked.add_(1)
    return numbers


def normalise(x: Tensor, norm: Tensor, out: Tensor, *, relu: bool = True) -> None:
    """Write ``relu(norm(x))`` to ``out``."""
    least = 0.0 if relu else float('-inf')
    library().norm_apply(_rows(x), _rows(norm), _rows(out), *x.shape, least)


def normalise_add(x: Tensor, norm: Tensor, shortcut: Tensor, out: Tensor) -> None:
    """Write ``relu(norm(x) + shortcut)`` to ``out``."""
    library().norm_add_relu(_rows(x), _rows(norm), _rows(shortcut), _rows(out), *x.shape)


def normalise_carry(
    x: Tensor, norm: Tensor, following: Tensor, following_norm: Tensor, out: Tensor, total: Tensor
) -> None:
    """Write ``relu(norm(x))`` to ``out``, and to ``total`` what the next split's convolution reads.

    That is ``relu(norm(x)) + relu(following_norm(following))``.
    """
    library().norm_relu_carry(
        _rows(x), _rows(norm), _rows(following), _rows(following_norm), _rows(out), _rows(total),
        *x.shape,
    )  # fmt: skip


def gradients(
    gradient: Tensor, x: Tensor, norm: Tensor, out: Tensor, *, more: Tensor | None = None,
    relu: bool = True,
) -> Tensor:  # fmt: skip
    """Write the gradient of ``x`` to ``out``.

    Args:
        gradient: Of the output of :func:`normalise`.
        x: What was normalised.
        norm: With these numbers.
        out: May not be ``gradient``.
        more: Another gradient of the output, to be added.
        relu: Whether there was one.

    Returns:
        Gradients of the norm's bias and weight in the first two of four rows.
    """
    sums = _sums(gradient, more, x, norm, relu=relu)
    _gradient(gradient, more, x, norm, sums, out, relu=relu)
    return sums


def gradients_of_sum(
    gradient: Tensor, x: Tensor, norm: Tensor, output: Tensor, out: Tensor, shortcut: Tensor
) -> Tensor:
    """Write the gradients of what :func:`normalise_add` read to ``out`` and ``shortcut``.

    Returns:
        As :func:`gradients`.
    """
    sums = _sums(gradient, None, x, norm, output=output, kept=shortcut)
    _gradient(shortcut, None, x, norm, sums, out, relu=False)
    return sums


def gradients_held(
    gradient: Tensor, x: Tensor | None, norm: Tensor, out: Tensor, *, more: Tensor | None = None,
    output: Tensor | None = None, shortcut: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Do what the other two do where the norm's numbers are held: they depend on no image.

    Args:
        gradient: Of the output.
        x: What was normalised; None if the gradient of the scale is not wanted.
        norm: With these numbers.
        out: Where the gradient of ``x`` goes.
        more: Another gradient of the output, to be added.
        output: What was made of x; needed with ``more`` and ``shortcut``, and without ``x``.
        shortcut: Where the gradient of what was added goes, if something was.

    Returns:
        Gradients of shift and scale in two rows.
    """
    sums, scratch = norm.new_empty(2, norm.shape[1]), _scratch(gradient)
    library().norm_gradient_held(
        _rows(gradient), _rows(more), _rows(x), _rows(norm), _rows(output), _rows(shortcut),
        _rows(out), *gradient.shape, _rows(sums), scratch.data_ptr(),
    )  # fmt: skip
    return sums


def _sums(
    gradient: Tensor, more: Tensor | None, x: Tensor, norm: Tensor, *, relu: bool = True,
    output: Tensor | None = None, kept: Tensor | None = None,
) -> Tensor:  # fmt: skip
    sums, scratch = x.new_empty(4, x.shape[1]), _scratch(x)
    library().norm_gradient_sums(
        _rows(gradient), _rows(more), _rows(x), _rows(norm), _rows(output), _rows(kept), *x.shape,
        relu, _rows(sums), scratch.data_ptr(),
    )  # fmt: skip
    return sums


def _gradient(
    gradient: Tensor, more: Tensor | None, x: Tensor, norm: Tensor, sums: Tensor, out: Tensor, *,
    relu: bool,
) -> None:  # fmt: skip
    library().norm_gradient(
        _rows(gradient), _rows(more), _rows(x), _rows(norm), _rows(sums), _rows(out), *x.shape, relu
    )


def _rows(x: Tensor | None) -> Rows:
    return NOWHERE if x is None else Rows(x.data_ptr(), x.stride(0))


def _scratch(x: Tensor) -> Tensor:
    return x.new_empty(library().norm_scratch(*x.shape))
