"""Gradients of gradients, for passes that are computed in one piece."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def differentiable_gradients(
    run: Callable[..., Tensor], inputs: Sequence[Tensor | None], gradient: Tensor
) -> list[Tensor | None]:
    """Return the gradients of ``inputs`` with a graph of their own.

    A backward pass in which gradients are recorded is asked for what can be differentiated again.
    It computes its forward pass once more, by operators that can be.

    Args:
        run: ``run(*inputs)`` computes the output by such operators.
        inputs: Tensors, none of them made of another; None gets None.
        gradient: Of the output.
    """
    wanted = [t for t in inputs if t is not None and t.requires_grad]
    found = iter(torch.autograd.grad(run(*inputs), wanted, gradient, create_graph=True))
    return [next(found) if t is not None and t.requires_grad else None for t in inputs]
