"""Memory modes: keep less for the backward pass and compute it again there.

In training a block keeps the outputs of its convolutions, which the norms need, and as much again
that follows from those in one cheap pass each: normalised and rectified maps, sums of splits, their
concatenation. The latter are the first to go.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.utils.checkpoint import (
    CheckpointPolicy,
    checkpoint,
    create_selective_checkpoint_contexts,
)

from .conditions import learns

# What a part of a network computes again in the backward pass: nothing, all but convolutions, or
# everything inside.
KEEP_ALL = 'keep_all'
RECOMPUTE_NORMS = 'recompute_norms'
RECOMPUTE_ALL = 'recompute_all'


class MemoryMode(NamedTuple):
    """What each part of a backbone computes again."""

    stem: str = KEEP_ALL
    first: str = KEEP_ALL  # the first stage that trains
    middle: str = KEEP_ALL
    last: str = KEEP_ALL


# The values of a backbone's argument `memory`. The first stage that trains holds the largest maps
# for the least computation; the last holds too little to be worth another pass.
MEMORY_MODES = {
    'default': MemoryMode(),
    'low': MemoryMode(stem=RECOMPUTE_NORMS, first=RECOMPUTE_ALL, middle=RECOMPUTE_NORMS),
}


def set_memory(stages: Sequence[nn.Module], mode: MemoryMode, *, frozen_stages: int) -> None:
    """Tell every accelerated part inside a backbone's stages what to compute again."""
    for i, stage in enumerate(stages):
        if i == len(stages) - 1:
            memory = mode.last
        else:
            memory = mode.first if i == max(frozen_stages, 0) else mode.middle
        part: Any
        for part in stage.modules():
            if getattr(part, 'memory', None) == KEEP_ALL:
                part.memory = memory


def recompute(
    modules: Sequence[nn.Module], run: Callable[..., Any], *inputs: Any, memory: str
) -> Any:
    """Call ``run(*inputs)`` and keep less of what it computes for the backward pass.

    Norms inside ``modules`` update their running statistics once, in the first of the two passes.

    Args:
        modules: The modules whose parameters and norms ``run`` uses.
        run: Computes tensors.
        *inputs: What to call it with; tensors among them are kept.
        memory: One of the three above. After ``RECOMPUTE_NORMS`` there can be one backward pass
            only.
    """
    if memory == KEEP_ALL or not learns(modules, inputs):
        return run(*inputs)
    norms_only = memory == RECOMPUTE_NORMS
    if norms_only and not any(_normalises(m) for module in modules for m in module.modules()):
        return run(*inputs)  # a norm whose statistics are held keeps nothing (see norms.py)
    if torch.compiler.is_compiling():
        # The compiler itself chooses which of the cheap operations to repeat.
        return run(*inputs) if norms_only else checkpoint(run, *inputs, use_reentrant=False)

    def contexts() -> tuple[AbstractContextManager, AbstractContextManager]:
        first, again = nullcontext(), nullcontext()
        if norms_only:
            first, again = create_selective_checkpoint_contexts(_keep_convolutions)
        return first, HeldStatistics(modules, again)

    return checkpoint(run, *inputs, use_reentrant=False, context_fn=contexts)


class HeldStatistics:
    """A context in which batch norms normalise as ever but do not update their running statistics.

    It can be entered again, as happens where a graph is kept for a second backward pass. The
    context ``inside`` is entered after this one and left before it.
    """

    def __init__(self, modules: Sequence[nn.Module], inside: AbstractContextManager) -> None:
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


def _normalises(module: nn.Module) -> bool:
    """Return whether a module is a norm whose output depends on the other images or pixels."""
    if isinstance(module, nn.modules.batchnorm._BatchNorm):
        return module.training
    return isinstance(module, nn.GroupNorm)


def _keep_convolutions(_: Any, operator: Any, *inputs: Any, **__: Any) -> CheckpointPolicy:
    """Keep the output of a convolution without bias, or of the matrix product in its place.

    A norm follows, which needs it. A convolution with a bias, as in squeeze-and-excitation, is
    cheap, and its output may be rectified in place.
    """
    aten = torch.ops.aten
    convolves = operator is aten.convolution.default and inputs[2] is None
    if convolves or operator is aten.mm.default:
        return CheckpointPolicy.MUST_SAVE
    return CheckpointPolicy.PREFER_RECOMPUTE
