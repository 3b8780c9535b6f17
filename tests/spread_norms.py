"""Batch norms that take part, for tests of what folds or exports them."""

from torch import nn


def spread_norms(model: nn.Module) -> None:
    """Give batch norms weights and statistics as training would, none of which is 1."""
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.3)
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
