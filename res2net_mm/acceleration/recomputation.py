"""Keep less for the backward pass, and compute it again when it is needed.

What a block keeps in training is, per channel of its splits: outputs of convolutions (which norms
need), and as much again that follows from them in one cheap pass each: normalised and rectified
maps, sums of splits, their concatenation. Those are what is given up first.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import (
    CheckpointPolicy,
    checkpoint,
    create_selective_checkpoint_contexts,
)

# What is computed twice: nothing, all but convolutions, or everything inside.
RECOMPUTE = ('nothing', 'norms', 'all')


def recompute(
    modules: Sequence[nn.Module], run: Callable[..., Any], *inputs: Any, what: str
) -> Any:
    """Call ``run(*inputs)``; of what it computes, keep less for the backward pass.

    Norms inside ``modules`` update their running statistics once, in the first of the two passes.

    Args:
        modules: Whose parameters and norms ``run`` uses.
        run: Computes tensors.
        inputs: What to call it with; tensors among them are kept.
        what: One of ``RECOMPUTE``. After ``norms`` there can be one backward pass only.
    """
    if what == 'nothing' or not _learns(modules, inputs):
        return run(*inputs)
    if what == 'norms' and not any(_normalises(m) for module in modules for m in module.modules()):
        return run(*inputs)  # a norm that holds its statistics keeps nothing (see conv_norm.py)
    if torch.compiler.is_compiling():
        # The compiler itself chooses which of the cheap things to compute again.
        return run(*inputs) if what == 'norms' else checkpoint(run, *inputs, use_reentrant=False)

    def contexts() -> tuple[Any, Any]:
        first, again = nullcontext(), nullcontext()
        if what == 'norms':
            first, again = create_selective_checkpoint_contexts(_keep_convolutions)
        return first, HeldStatistics(modules, again)

    return checkpoint(run, *inputs, use_reentrant=False, context_fn=contexts)


class HeldStatistics:
    """While entered, batch norms normalise as they do but leave their running statistics alone.

    It can be entered again, as happens where a graph is kept for a second backward pass.

    Args:
        modules: Hold the norms.
        inside: Another context, entered after this one and left before it.
    """

    def __init__(self, modules: Sequence[nn.Module], inside: Any) -> None:
        self.norms = [
            m
            for module in modules
            for m in module.modules()
            if m.training and getattr(m, 'running_mean', None) is not None
        ]
        self.inside = inside

    def __enter__(self) -> None:
        self.kept = [dict(norm._buffers) for norm in self.norms]
        for norm in self.norms:  # it updates copies
            norm._buffers.update({k: v.clone() for k, v in norm._buffers.items() if v is not None})
        self.inside.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.inside.__exit__(*error)
        for norm, kept in zip(self.norms, self.kept, strict=True):
            norm._buffers.update(kept)


def _learns(modules: Sequence[nn.Module], inputs: tuple[Any, ...]) -> bool:
    """Say whether there will be a backward pass through the modules."""
    if not torch.is_grad_enabled():
        return False
    entering = any(isinstance(i, torch.Tensor) and i.requires_grad for i in inputs)
    return entering or any(p.requires_grad for module in modules for p in module.parameters())


def _normalises(module: nn.Module) -> bool:
    """Say whether it is a norm that depends on the images."""
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        return module.training
    return isinstance(module, nn.GroupNorm)


def _keep_convolutions(_: Any, operator: Any, *inputs: Any, **__: Any) -> CheckpointPolicy:
    """Keep what a convolution without bias gives: a norm follows, and reads it.

    As a product of matrices (see layout.py) too.

    One with a bias, as in squeeze-and-excitation, may be rectified in place, and is cheap.
    """
    aten = torch.ops.aten
    convolves = operator is aten.convolution.default and inputs[2] is None
    if convolves or operator is aten.mm.default:
        return CheckpointPolicy.MUST_SAVE
    return CheckpointPolicy.PREFER_RECOMPUTE
