"""The parts of the network, a file each; ``hierarchical_conv`` is the idea."""

from res2net_mm.acceleration.conv_norms import ConvNorms, run_layers
from res2net_mm.acceleration.convolution import computes_last
from res2net_mm.acceleration.layout import lay_out, lay_out_like
from res2net_mm.acceleration.module_hooks import is_watched
from res2net_mm.acceleration.recomputation import recompute

from .block_rule import BLOCK_RULES, split_flow
from .bottle2neck import Bottle2neck
from .freezing import freeze, hold_norm_statistics
from .hierarchical_conv import HierarchicalConv
from .norm import build_norm
from .shortcut import build_shortcut
from .squeeze_excite import SqueezeExcite
from .stem import STEMS, build_stem_conv
from .tree import Tree

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
