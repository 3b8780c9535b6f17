"""The bottleneck block with the hierarchical convolution in its middle, and its shortcut."""

from collections.abc import Mapping, Sequence
from typing import Any

from mmcv.cnn import build_plugin_layer
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .block_rule import split_flow
from .conv_norm import build_conv, build_norm
from .hierarchical_conv import HierarchicalConv
from .squeeze_excite import SqueezeExcite

STYLES = ('pytorch', 'caffe')
PLUGIN_POSITIONS = ('after_conv1', 'after_conv2', 'after_conv3')


class Bottle2neck(HierarchicalConv):
    """1x1 convolution, hierarchical 3x3 convolution, 1x1 convolution, shortcut.

    It is a :class:`HierarchicalConv` between two 1x1 convolutions rather than one that holds it,
    so that the parameters keep the names ``convs.I`` and ``bns.I`` which the published checkpoints
    share.

    Args:
        width: Channels of one split.
        scales: Number of splits.
        first: Whether the block is the first of its stage (see :mod:`.block_rule`).
        block_rule: The publisher's rule for the first block.
        stride: Stride of the block.
        dilation: Dilation of the 3x3 convolutions.
        groups: Groups of the 3x3 convolutions.
        pass_last: Whether the last split is passed through (see :class:`HierarchicalConv`).
        style: Where the stride sits: ``pytorch`` in the 3x3, ``caffe`` in the first 1x1.
        shortcut: Module for the identity path; None adds the input as it is.
        se: Reduction of a squeeze-and-excitation before the addition; None for none.
        plugins: ``dict(cfg=..., position=...)`` per mmcv plugin layer.
        hierarchical_conv_cfg: Config of the 3x3 convolutions where it differs, as with DCN.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: int,
        scales: int,
        *,
        first: bool,
        block_rule: str,
        stride: int = 1,
        dilation: int = 1,
        groups: int = 1,
        pass_last: bool = True,
        style: str = 'pytorch',
        shortcut: nn.Module | None = None,
        se: int | None = None,
        plugins: Sequence[Mapping[str, Any]] = (),
        conv_cfg: dict[str, Any] | None = None,
        hierarchical_conv_cfg: dict[str, Any] | None = None,
        norm_cfg: dict[str, Any] | None = None,
    ) -> None:
        if style not in STYLES:
            raise UserError(f'style={style!r} is unknown; allowed: {", ".join(STYLES)}')
        stride_1x1, stride_3x3 = (1, stride) if style == 'pytorch' else (stride, 1)
        norm_cfg = norm_cfg or dict(type='BN')
        super().__init__(
            width,
            scales,
            stride=stride_3x3,
            dilation=dilation,
            groups=groups,
            pass_last=pass_last,
            conv_cfg=hierarchical_conv_cfg or conv_cfg,
            norm_cfg=norm_cfg,
            **split_flow(block_rule, first=first, stride=stride_3x3)._asdict(),
        )
        self.first = first
        inner = width * scales
        self.conv1 = build_conv(conv_cfg, in_channels, inner, stride=stride_1x1)
        self.bn1 = build_norm(norm_cfg, inner)
        self.conv3 = build_conv(conv_cfg, inner, out_channels)
        self.bn3 = build_norm(norm_cfg, out_channels)
        self.downsample = shortcut
        self.se = None if se is None else SqueezeExcite(out_channels, se)
        self.plugins = _build_plugins(
            plugins, after_conv1=inner, after_conv2=inner, after_conv3=out_channels
        )
        # mmdet's order: an optimizer's state goes by position, and so mmdet's runs resume here.
        for name in ('convs', 'bns'):
            self._modules[name] = self._modules.pop(name)

    def set_block_rule(self, block_rule: str) -> None:
        """Switch to the rule ``block_rule``; the weights stay."""
        flow = split_flow(block_rule, first=self.first, stride=self.stride)
        self.carry, self.pool_last, self.pool_padding = flow

    def forward(self, x: Tensor, identity: Tensor | None = None) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride).

        ``identity`` is added in place of the block's own shortcut, in the output's shape.
        """
        if identity is None:
            identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.plug('after_conv1', out)
        out = super().forward(out)
        out = self.plug('after_conv2', out)
        out = self.bn3(self.conv3(out))
        out = self.plug('after_conv3', out)
        if self.se is not None:
            out = self.se(out)
        return self.relu(out + identity)

    def plug(self, position: str, x: Tensor) -> Tensor:
        """Run the plugin layers of a position, if there are any."""
        if position not in self.plugins:
            return x
        return self.plugins[position](x.contiguous())  # plugins of mmcv flatten maps by view()

    def all_convs(self) -> list[nn.Module]:
        """Return the convolutions from input to output, without the shortcut's."""
        return [self.conv1, *self.convs, self.conv3]

    def all_norms(self) -> list[nn.Module]:
        """Return the norm behind each of :meth:`all_convs`."""
        return [self.bn1, *self.bns, self.bn3]


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


def _build_plugins(plugins: Sequence[Mapping[str, Any]], **channels: int) -> nn.ModuleDict:
    """Build mmcv plugin layers, grouped by position in the order they are given."""
    layers: dict[str, list[nn.Module]] = {}
    for plugin in plugins:
        position = plugin.get('position')
        if position not in PLUGIN_POSITIONS:
            raise UserError(
                f'plugin position={position!r} is unknown; allowed: {", ".join(PLUGIN_POSITIONS)}'
            )
        cfg = {k: v for k, v in plugin['cfg'].items() if k != 'postfix'}  # only names a layer
        _, layer = build_plugin_layer(cfg, in_channels=channels[position])
        layers.setdefault(position, []).append(layer)
    return nn.ModuleDict({position: nn.Sequential(*built) for position, built in layers.items()})
