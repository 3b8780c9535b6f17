"""Faster training: takes the place of layers from outside, with the same parameters and results.

:func:`accelerate` is the door; the layers themselves know nothing of it. What there is today is for
CPUs: a training step of a whole block with kernels in C (block_step.py), norms joined with the
convolution before or the ReLU behind them, feature maps that are channels last. On every device it
folds norms whose statistics are held, and offers modes that save memory (memory_modes.py).
"""

from .accelerated import AcceleratedBottle2neck, AcceleratedHierarchicalConv, accelerate, run_stem
from .layout import to_fast_layout, to_layout_of
from .memory_modes import MEMORY_MODES, recompute, set_memory

__all__ = [
    'MEMORY_MODES',
    'AcceleratedBottle2neck',
    'AcceleratedHierarchicalConv',
    'accelerate',
    'recompute',
    'run_stem',
    'set_memory',
    'to_fast_layout',
    'to_layout_of',
]
