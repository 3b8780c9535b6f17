"""The norms of a block's training step: each knows its numbers and the gradients of what it holds.

Maps are matrices of pixels and channels. A norm's four rows of numbers are those of
:mod:`res2net_mm.acceleration.kernels.batch_norm`.
"""

import torch
from torch import Tensor, nn

from res2net_mm.acceleration.kernels import batch_norm

from .conv_norm import outweighs, scale_and_shift
from .module_hooks import is_watched
from .norm_relu import is_trained_by_batches


class TrainedNorm:
    """A norm that takes its numbers from each batch.

    Attributes:
        conv_weight: What the convolution before it convolves with.
        is_folded: Whether that is scaled in the norm's place.
        keeps_input: Whether the backward pass needs what the norm read.
        numbers: Four rows; of a batch, once it was read.
    """

    is_folded = False
    keeps_input = True
    numbers: Tensor

    def __init__(self, norm: nn.Module, conv_weight: Tensor) -> None:
        self.norm, self.conv_weight = norm, conv_weight

    def read(self, x: Tensor) -> None:
        """Take the numbers from what will be normalised."""
        self.numbers = batch_norm.statistics(x, self.norm)

    @staticmethod
    def gradients(
        gradient: Tensor, x: Tensor, numbers: Tensor, out: Tensor, *, more: Tensor | None = None,
        output: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Write the gradient of ``x``, of ``relu(norm(x))``, to ``out``; return the sums."""
        del output
        return batch_norm.gradients(gradient, x, numbers, out, more=more)

    def gradients_of_sum(self, gradient: Tensor, x: Tensor, output: Tensor) -> tuple[Tensor, ...]:
        """Return the sums and the gradients of x and shortcut, of ``relu(norm(x) + shortcut)``."""
        d_x, d_shortcut = (torch.empty_like(output) for _ in range(2))
        sums = batch_norm.gradients_of_sum(gradient, x, self.numbers, output, d_x, d_shortcut)
        return sums, d_x, d_shortcut

    @staticmethod
    def of_parameters(
        d_weight: Tensor | None, sums: Tensor, weight: Tensor
    ) -> tuple[Tensor | None, Tensor, Tensor]:
        """Return the gradients of the convolution's weight, of the norm's and of its bias."""
        del weight
        return d_weight, sums[1], sums[0]


class HeldNorm:
    """A norm whose statistics are held, so that it scales and shifts by constants.

    Where the map is larger than the weights they are scaled in its place, as in conv_norm.py.

    Args:
        norm: In eval mode.
        weight: Of the convolution before it.
        pixels: Of the convolution's output.
    """

    def __init__(self, norm: nn.Module, weight: Tensor, pixels: int) -> None:
        scale, shift, self.inverse = scale_and_shift(norm)
        self.mean, self.scale = norm.running_mean, scale
        self.is_folded = outweighs(pixels, weight)
        self.keeps_input = not self.is_folded
        self.conv_weight = weight * scale.view(-1, 1, 1, 1) if self.is_folded else weight
        unchanged = torch.ones_like(scale)
        self.numbers = torch.stack(
            (torch.zeros_like(scale), unchanged, unchanged if self.is_folded else scale, shift)
        )

    def read(self, x: Tensor) -> None:
        """Take nothing from what will be normalised."""

    @staticmethod
    def gradients(
        gradient: Tensor, x: Tensor | None, numbers: Tensor, out: Tensor, *,
        more: Tensor | None = None, output: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Write the gradient of ``x``, of ``output = relu(norm(x))``, to ``out``; return sums."""
        return batch_norm.gradients_held(gradient, x, numbers, out, more=more, output=output)

    def gradients_of_sum(
        self, gradient: Tensor, x: Tensor | None, output: Tensor
    ) -> tuple[Tensor, ...]:
        """Return the sums and the gradients of x and shortcut, of ``relu(norm(x) + shortcut)``."""
        d_x = torch.empty_like(output)
        d_shortcut = d_x if self.is_folded else torch.empty_like(output)
        sums = batch_norm.gradients_held(
            gradient, x, self.numbers, d_x, output=output,
            shortcut=None if self.is_folded else d_shortcut,
        )  # fmt: skip
        return sums, d_x, d_shortcut

    def of_parameters(
        self, d_weight: Tensor | None, sums: Tensor, weight: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Return the gradients of the convolution's weight, of the norm's and of its bias."""
        d_shift, d_scale = sums
        if self.is_folded:
            if d_weight is None:
                return None, None, d_shift
            d_scale = (d_weight * weight).flatten(1).sum(1)
            d_weight = d_weight * self.scale.view(-1, 1, 1, 1)
        return d_weight, (d_scale - self.mean * d_shift) * self.inverse, d_shift


def is_held(norm: nn.Module) -> bool:
    """Say whether it is a batch norm that :class:`HeldNorm` computes."""
    return (
        type(norm) in (nn.BatchNorm2d, nn.SyncBatchNorm)
        and not norm.training
        and norm.affine
        and norm.running_mean is not None
        and type(norm.weight) in (Tensor, nn.Parameter)
        and norm.weight.dtype == norm.running_mean.dtype == torch.float32
        and not is_watched(norm)
    )


def is_trained(norm: nn.Module) -> bool:
    """Say whether it is a batch norm that :class:`TrainedNorm` computes."""
    return is_trained_by_batches(norm, torch.float32)
