"""Faster training: accelerated forms of the layers, with the same parameters and results.

:func:`accelerate` puts the accelerated forms in place; the layers know nothing of them. On CPUs a
whole block is one training step with kernels in C (block_step.py), norms are joined with the
convolution before or the ReLU after them, and feature maps are channels last. On every device norms
with held statistics are folded (norms.py), and memory modes save memory (memory_modes.py).
"""

from .accelerated import AcceleratedBottle2neck, AcceleratedHierarchicalConv, accelerate, run_stem
from .layout import to_fast_layout, to_layout_of
from .memory_modes import MEMORY_MODES, recompute, set_memory

__all__ = [
    'MEMORY_MODES', 'AcceleratedBottle2neck', 'AcceleratedHierarchicalConv', 'accelerate',
    'recompute', 'run_stem', 'set_memory', 'to_fast_layout', 'to_layout_of',
]  # fmt: skip
