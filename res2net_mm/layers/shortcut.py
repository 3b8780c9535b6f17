"""The path around a bottleneck where the shape changes."""

from typing import Any

from torch import nn

from .conv_norm import build_conv, build_norm


def build_shortcut(
    in_channels: int,
    out_channels: int,
    *,
    stride: int,
    avg_down: bool,
    conv_cfg: dict[str, Any] | None = None,
    norm_cfg: dict[str, Any],
) -> nn.Sequential | None:
    """Return the shortcut of a block, or None where the input can be added as it is.

    Without ``avg_down`` (ResNet, Res2Net v1) the 1x1 convolution itself is strided; with it
    (ResNet-D, Res2Net v1b) the input is average-pooled first, so no pixel is thrown away. The
    pooling keeps its place in the sequence even at stride 1, as in every published state dict.

    Returns:
        A module (N, in_channels, H, W) -> (N, out_channels, ceil(H / stride), ceil(W / stride)).
    """
    if stride == 1 and in_channels == out_channels:
        return None
    layers: list[nn.Module] = []
    if avg_down:
        pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        layers.append(pool if stride > 1 else nn.Identity())
        stride = 1
    layers.append(build_conv(conv_cfg, in_channels, out_channels, stride=stride))
    return nn.Sequential(*layers, build_norm(norm_cfg, out_channels))
