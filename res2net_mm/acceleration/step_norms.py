"""The norms of a block's training step: their statistics, and the gradients of their parameters.

Feature maps are matrices (pixels, channels). ``stats`` are the four rows (4, channels) of
:mod:`.kernels.batch_norm`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .kernels import batch_norm
from .norms import is_held, is_trained, outweighs, scale_and_shift


class TrainedNorm:
    """A norm that takes its statistics from each batch.

    Attributes:
        conv_weight: Weight that the convolution before it uses.
        is_folded: Whether that weight is scaled in the norm's place.
        keeps_input: Whether the backward pass needs the norm's input.
        stats: Its statistics, once :meth:`gather` has seen the input.
    """

    is_folded = False
    keeps_input = True
    stats: Tensor

    def __init__(self, norm: _BatchNorm, conv_weight: Tensor) -> None:
        self.norm, self.conv_weight = norm, conv_weight

    def gather(self, x: Tensor) -> None:
        """Compute the statistics of the input and update the running ones."""
        self.stats = batch_norm.statistics(x, self.norm)

    def gradients(
        self, gradient: Tensor, x: Tensor, channels: slice, out: Tensor, *,
        more: Tensor | None = None, output: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Write the gradient of ``x`` through ``relu(norm(x))``, of some channels, to ``out``.

        The gradient of the output is ``gradient`` plus ``more``. If statistics are held, the output
        itself is needed with ``more``, and without ``x`` (see :attr:`keeps_input`).

        Returns:
            Sums over pixels from which :meth:`of_parameters` makes the norm's gradients.
        """
        del output
        return batch_norm.gradients(gradient, x, self.stats[:, channels], out, more=more)

    def gradients_of_sum(
        self, gradient: Tensor, x: Tensor, output: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return sums and gradients of x and shortcut through ``relu(norm(x) + shortcut)``."""
        d_x, d_shortcut = torch.empty_like(output), torch.empty_like(output)
        sums = batch_norm.gradients_of_sum(gradient, x, self.stats, output, d_x, d_shortcut)
        return sums, d_x, d_shortcut

    def of_parameters(
        self, d_weight: Tensor | None, sums: Tensor, weight: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Return the gradients of the convolution's weight, the norm's weight and its bias."""
        del weight
        return d_weight, sums[1], sums[0]


class HeldNorm(TrainedNorm):
    """A norm whose statistics are held, so that it scales and shifts by constants.

    Where the map outweighs the convolution's weight, that is scaled instead, as in norms.py.

    ``pixels`` are those of the convolution's output.
    """

    def __init__(self, norm: _BatchNorm, weight: Tensor, pixels: int) -> None:
        self.scale, shift, self.inverse_deviation = scale_and_shift(norm)
        assert norm.running_mean is not None
        self.mean = norm.running_mean
        self.is_folded = outweighs(pixels, weight)
        self.keeps_input = not self.is_folded
        super().__init__(norm, weight * self.scale.view(-1, 1, 1, 1) if self.is_folded else weight)
        zeros, ones = torch.zeros_like(self.scale), torch.ones_like(self.scale)
        self.stats = torch.stack((zeros, ones, ones if self.is_folded else self.scale, shift))

    def gather(self, x: Tensor) -> None:
        """Leave the statistics as they are."""

    def gradients(
        self, gradient: Tensor, x: Tensor | None, channels: slice, out: Tensor, *,
        more: Tensor | None = None, output: Tensor | None = None,
    ) -> Tensor:  # fmt: skip
        """Write the gradient of ``x`` to ``out``, as above."""
        stats = self.stats[:, channels]
        return batch_norm.gradients_held(gradient, x, stats, out, more=more, output=output)

    def gradients_of_sum(
        self, gradient: Tensor, x: Tensor | None, output: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return sums and gradients of x and shortcut, as above; one tensor for both if folded."""
        d_x = torch.empty_like(output)
        shortcut = None if self.is_folded else torch.empty_like(output)
        sums = batch_norm.gradients_held(
            gradient, x, self.stats, d_x, output=output, shortcut=shortcut
        )
        return sums, d_x, d_x if shortcut is None else shortcut

    def of_parameters(
        self, d_weight: Tensor | None, sums: Tensor, weight: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Return the gradients of the convolution's weight, the norm's weight and its bias."""
        d_shift, d_scale = sums
        if self.is_folded:
            if d_weight is None:
                return None, None, d_shift
            d_scale = (d_weight * weight).flatten(1).sum(1)
            d_weight = d_weight * self.scale.view(-1, 1, 1, 1)
        return d_weight, (d_scale - self.mean * d_shift) * self.inverse_deviation, d_shift


def are_steppable(norms: Sequence[nn.Module]) -> bool:
    """Return whether all are norms of :class:`TrainedNorm`, or all of :class:`HeldNorm`."""
    trained = all(is_trained(norm, torch.float32) for norm in norms)
    return trained or all(map(is_held, norms))
