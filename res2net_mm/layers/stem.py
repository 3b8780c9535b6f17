"""The convolutions before the first stage."""

from typing import Any

from torch import nn

from res2net_mm.errors import UserError

from .conv_norm import build_conv, build_norm

STEMS = ('7x7', 'deep', '3x3')


def build_stem_conv(
    stem: str,
    in_channels: int,
    channels: int,
    *,
    conv_cfg: dict[str, Any] | None = None,
    norm_cfg: dict[str, Any],
) -> nn.Module:
    """Return a stem's convolution up to (not including) its last norm.

    Args:
        stem: ``7x7`` is ResNet's and Res2Net v1's, stride 2; ``deep`` is v1b's: three 3x3 with
            half the channels in the first two, stride 2; ``3x3`` is the stride-1 stem for images
            of 32x32 px (CIFAR).
        in_channels: Channels of the image.
        channels: Channels of the output.
        conv_cfg: Config of the convolutions.
        norm_cfg: Config of the norms inside the deep stem.

    Returns:
        A module (N, in_channels, H, W) -> (N, channels, H', W'), H' = ceil(H / 2) or H. The deep
        stem's children are numbered 0, 1, 3, 4, 6 where they hold weights, as published.

    Raises:
        UserError: The stem is unknown.
    """
    if stem == '7x7':
        return build_conv(conv_cfg, in_channels, channels, 7, stride=2)
    if stem == '3x3':
        return build_conv(conv_cfg, in_channels, channels, 3)
    if stem == 'deep':
        half = channels // 2
        return nn.Sequential(
            build_conv(conv_cfg, in_channels, half, 3, stride=2),
            build_norm(norm_cfg, half),
            nn.ReLU(inplace=True),
            build_conv(conv_cfg, half, half, 3),
            build_norm(norm_cfg, half),
            nn.ReLU(inplace=True),
            build_conv(conv_cfg, half, channels, 3),
        )
    raise UserError(f'stem={stem!r} is unknown; allowed: {", ".join(STEMS)}')
