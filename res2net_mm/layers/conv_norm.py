"""Convolutions and norms as configs describe them, and norms with their statistics held."""

from collections.abc import Mapping
from math import gcd
from typing import Any

from mmcv.cnn import build_conv_layer, build_norm_layer
from mmengine.registry import MODELS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from res2net_mm.errors import UserError


def build_conv(
    conv_cfg: dict[str, Any] | None,
    in_channels: int,
    out_channels: int,
    kernel_size: int = 1,
    stride: int = 1,
) -> Any:
    """Build the convolution of ``conv_cfg``, padded by half its kernel, without a bias."""
    shape = dict(kernel_size=kernel_size, stride=stride, padding=kernel_size // 2)
    return build_conv_layer(conv_cfg, in_channels, out_channels, bias=False, **shape)


def build_norm(norm_cfg: dict[str, Any], channels: int) -> nn.Module:
    """Build the normalisation layer of ``norm_cfg`` for ``channels`` channels.

    A GroupNorm written for ResNet (``num_groups=32``) does not divide the widths of a Res2Net (26,
    52, 104 ...). It gets the greatest common divisor of the two instead, which keeps the channels
    per group the same in every stage: 13 at base width 26, 7 at 14.

    Raises:
        UserError: ``norm_cfg`` describes no norm.
    """
    if not isinstance(norm_cfg, Mapping) or not _is_known(norm_cfg.get('type')):
        raise UserError(f'norm_cfg={norm_cfg!r} needs the type of a norm, such as BN, SyncBN or GN')
    if str(norm_cfg.get('type')).endswith('GN'):
        norm_cfg = {**norm_cfg, 'num_groups': gcd(norm_cfg['num_groups'], channels)}
    return build_norm_layer(norm_cfg, channels)[1]


def hold_norm_statistics(module: nn.Module) -> None:
    """Put every batch norm inside into eval mode; weights and biases go on training."""
    for norm in module.modules():
        if isinstance(norm, _BatchNorm):
            norm.eval()


def _is_known(kind: object) -> bool:
    """Return whether mmcv builds a norm of this type, a name or a class."""
    if not isinstance(kind, str):
        return isinstance(kind, type)
    with MODELS.switch_scope_and_registry(None) as registry:
        return registry.get(kind) is not None
