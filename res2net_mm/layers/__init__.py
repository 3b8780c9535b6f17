"""The architecture, one file per part; the idea of the paper is ``hierarchical_conv.py``."""

from .block_rule import BLOCK_RULES, split_flow
from .bottle2neck import Bottle2neck, build_shortcut
from .conv_norm import build_conv, build_norm, hold_norm_statistics
from .deformable import give_contiguous_inputs, init_undeformed, is_deformable, register_deformable
from .hierarchical_conv import HierarchicalConv
from .squeeze_excite import SqueezeExcite
from .stem import STEMS, build_stem_conv
from .tree import Root, Tree

__all__ = [
    'BLOCK_RULES', 'STEMS', 'Bottle2neck', 'HierarchicalConv', 'Root', 'SqueezeExcite', 'Tree',
    'build_conv', 'build_norm', 'build_shortcut', 'build_stem_conv', 'give_contiguous_inputs',
    'hold_norm_statistics', 'init_undeformed', 'is_deformable', 'register_deformable', 'split_flow',
]  # fmt: skip
