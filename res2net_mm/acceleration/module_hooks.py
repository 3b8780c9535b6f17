"""Whether someone watches a module, so that it must be called and not computed around."""

from torch import nn


def is_watched(module: nn.Module) -> bool:
    """Say whether someone asked to be called with what goes in or comes out."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
    )
