"""Normalisation layers for channel counts that are no powers of two."""

from math import gcd

from mmcv.cnn import build_norm_layer
from torch import nn


def build_norm(norm_cfg: dict, channels: int) -> nn.Module:
    """Build the normalisation layer of ``norm_cfg`` for ``channels`` channels.

    A GroupNorm written for ResNet (``num_groups=32``) does not divide the widths of a Res2Net (26,
    52, 104 ...). It gets the greatest common divisor of the two instead, which keeps the channels
    per group the same in every stage: 13 at base width 26, 7 at 14.

    Args:
        norm_cfg: As in every mm config, e.g. ``dict(type='BN', requires_grad=True)``.
        channels: Number of channels C of the layer's (N, C, H, W) input.
    """
    if str(norm_cfg.get('type')).endswith('GN'):
        norm_cfg = {**norm_cfg, 'num_groups': gcd(norm_cfg['num_groups'], channels)}
    return build_norm_layer(norm_cfg, channels)[1]
