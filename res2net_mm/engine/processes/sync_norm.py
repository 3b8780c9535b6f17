"""Batch norms with the statistics of all processes, on CPUs."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class _SumOverProcesses(torch.autograd.Function):
    """The sum of a tensor over all processes; its gradient is the sum of theirs.

    PyTorch has moved its own from one module to another.
    """

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        x = x.clone()
        torch.distributed.all_reduce(x)
        return x

    backward = forward


class CPUSyncBatchNorm(_BatchNorm):
    """What ``torch.nn.SyncBatchNorm`` computes on GPUs; that refuses to train on a CPU.

    Mean and variance are those of all images of all processes, which may hold different numbers of
    pixels, and gradients flow through both.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...) -> the same shape."""
        if not self.training:
            return super().forward(x)
        axes = [0, *range(2, x.dim())]
        shape = [1, -1, *[1] * (x.dim() - 2)]
        count = x.new_full((1,), x.numel() / x.shape[1])
        sums = _SumOverProcesses.apply(torch.cat([x.sum(axes), count]))  # (C + 1)
        count = sums[-1].detach()
        mean = sums[:-1] / count
        centred = x - mean.view(shape)
        variance = _SumOverProcesses.apply(centred.square().sum(axes)) / count
        if self.track_running_stats:
            self._track(mean.detach(), variance.detach() * count / (count - 1))
        y = centred * torch.rsqrt(variance + self.eps).view(shape)
        if self.affine:
            y = y * self.weight.view(shape) + self.bias.view(shape)
        return y

    def _check_input_dim(self, x: Tensor) -> None:
        """Take images of any dimensions, as synchronised norms do."""

    def _track(self, mean: Tensor, variance: Tensor) -> None:
        self.num_batches_tracked += 1
        # No momentum means the average over all batches.
        share = self.momentum if self.momentum is not None else 1 / int(self.num_batches_tracked)
        self.running_mean.lerp_(mean, share)
        self.running_var.lerp_(variance, share)


def use_cpu_sync_norms(model: nn.Module) -> nn.Module:
    """Put a :class:`CPUSyncBatchNorm` in the place of every synchronised norm, in the model itself.

    Those are PyTorch's (SyncBN) and mmcv's (MMSyncBN), neither of which trains on a CPU.
    """
    for name, child in model.named_children():
        if type(child).__name__ == 'SyncBatchNorm':
            setattr(model, name, _converted(child))
        else:
            use_cpu_sync_norms(child)
    return model


def _converted(norm: nn.Module) -> CPUSyncBatchNorm:
    new = CPUSyncBatchNorm(
        norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats
    )
    new._parameters.update(norm._parameters)
    new._buffers.update(norm._buffers)
    return new.train(norm.training)
