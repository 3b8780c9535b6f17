"""Freezing parts of a backbone, as every mm config means it."""

from collections.abc import Iterable

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def freeze(modules: Iterable[nn.Module]) -> None:
    """Stop the modules' parameters from training and their norms from gathering statistics."""
    for module in modules:
        module.eval()
        module.requires_grad_(False)


def hold_norm_statistics(module: nn.Module) -> None:
    """Put every batch norm inside into eval mode; their weight and bias go on training."""
    for norm in module.modules():
        if isinstance(norm, _BatchNorm):
            norm.eval()
