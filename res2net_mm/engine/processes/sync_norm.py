"""Data-parallel training on CPUs, with batch norms over the images of all processes."""

from typing import Any

import torch
from mmengine.model import MMDistributedDataParallel
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from res2net_mm.registry import MODEL_WRAPPERS


class _SumOverProcesses(torch.autograd.Function):
    """Sum a tensor over all processes; the gradient is the sum of their gradients.

    PyTorch's own function has moved between modules from version to version.
    """

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        x = x.clone()
        torch.distributed.all_reduce(x)
        return x

    backward = forward  # type: ignore[assignment]  # one gradient for one input


class CPUSyncBatchNorm(_BatchNorm):
    """``torch.nn.SyncBatchNorm`` for CPUs, where PyTorch's refuses to train.

    Mean and variance are taken over the images of all processes, which may hold different numbers
    of pixels, and gradients flow through both.
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
        """Accept inputs of any number of dimensions, as SyncBatchNorm does."""

    def _track(self, mean: Tensor, variance: Tensor) -> None:
        count, running_mean, running_var = (
            self.get_buffer(name) for name in ('num_batches_tracked', 'running_mean', 'running_var')
        )
        count += 1
        # No momentum means the average over all batches.
        share = self.momentum if self.momentum is not None else 1 / int(count)
        running_mean.lerp_(mean, share)
        running_var.lerp_(variance, share)


def use_cpu_sync_norms(model: nn.Module) -> nn.Module:
    """Replace every synchronised norm of a model by :class:`CPUSyncBatchNorm`, in place.

    PyTorch's (SyncBN) and mmcv's (MMSyncBN) do not train on a CPU.
    """
    for name, child in model.named_children():
        if type(child).__name__ != 'SyncBatchNorm':
            use_cpu_sync_norms(child)
            continue
        old: Any = child
        sizes = (old.num_features, old.eps, old.momentum, old.affine, old.track_running_stats)
        new = CPUSyncBatchNorm(*sizes)
        new._parameters.update(old._parameters)
        new._buffers.update(old._buffers)
        setattr(model, name, new.train(old.training))
    return model


@MODEL_WRAPPERS.register_module(force=True)  # a reload is harmless
class CPUDataParallel(MMDistributedDataParallel):
    """MMEngine's wrapper for data-parallel training, for a model on the CPU.

    Args:
        module: The model; its synchronised norms are replaced by those that run on CPUs.
        device_ids: Not used; MMEngine's runner passes it to every wrapper.
        **settings: Passed to ``torch.nn.parallel.DistributedDataParallel``.
    """

    def __init__(self, module: nn.Module, *, device_ids: Any = None, **settings: Any) -> None:
        super().__init__(module=use_cpu_sync_norms(module), device_ids=None, **settings)
