"""The parts of the network, a file each; ``hierarchical_conv`` is the idea."""

from .block_rule import BLOCK_RULES, split_flow
from .bottle2neck import Bottle2neck
from .conv_norms import ConvNorms, run_layers
from .convolution import computes_last
from .freezing import freeze, hold_norm_statistics
from .hierarchical_conv import HierarchicalConv
from .layout import lay_out, lay_out_like
from .norm import build_norm
from .recomputation import recompute
from .shortcut import build_shortcut
from .squeeze_excite import SqueezeExcite
from .stem import STEMS, build_stem_conv
from .tree import Tree
from .watched import is_watched

__all__ = [
    'BLOCK_RULES',
    'STEMS',
    'Bottle2neck',
    'ConvNorms',
    'HierarchicalConv',
    'SqueezeExcite',
    'Tree',
    'build_norm',
    'build_shortcut',
    'build_stem_conv',
    'computes_last',
    'freeze',
    'hold_norm_statistics',
    'is_watched',
    'lay_out',
    'lay_out_like',
    'recompute',
    'run_layers',
    'split_flow',
]
