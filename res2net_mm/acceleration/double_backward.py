"""Gradients of gradients, for backward passes that are written by hand."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def differentiable_gradients(
    run: Callable[..., Tensor], inputs: Sequence[Tensor | None], gradient: Tensor
) -> list[Tensor | None]:
    """Return the gradients of ``inputs`` with a graph of their own.

    A backward pass that is itself recorded must be differentiable. The forward pass
    ``run(*inputs)`` is computed once more for it, by operators that are. No input may depend on
    another; None stays None.
    """
    wanted = [t for t in inputs if t is not None and t.requires_grad]
    found = iter(torch.autograd.grad(run(*inputs), wanted, gradient, create_graph=True))
    return [next(found) if t is not None and t.requires_grad else None for t in inputs]
