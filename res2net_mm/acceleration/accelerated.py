"""The accelerated forms of the layers, and :func:`accelerate`, which puts them in place."""

from collections.abc import Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from res2net_mm.layers import Bottle2neck, HierarchicalConv, Root

from .block_step import can_step, step
from .conditions import has_hooks
from .convolution import convolve, trains_fast_channels_last
from .layout import to_fast_layout
from .memory_modes import KEEP_ALL, RECOMPUTE_ALL, recompute
from .norms import conv_norm, is_trained, norm_relu

Module = TypeVar('Module', bound=nn.Module)


def accelerate(module: Module) -> Module:
    """Replace each layer inside a module by its accelerated form, in place.

    The form is a subclass of the layer's class: parameters, their names and order and hooks stay,
    and results are the same up to rounding. Where nothing faster applies (another device, a tracer,
    a compiler, a hook in between), it computes as the plain layer does. Plugin layers are left
    alone.

    Returns:
        The module itself.
    """
    kind: type[nn.Module] = type(module)
    if kind in _ACCELERATED:
        kind = _ACCELERATED[kind]
    elif kind is nn.Sequential and any(isinstance(m, _BatchNorm) for m in module.children()):
        kind = AcceleratedSequential
    module.__class__ = kind  # type: ignore[assignment]  # a subclass that holds nothing more
    for name, child in module.named_children():
        if name != 'plugins':
            accelerate(child)
    return module


class AcceleratedHierarchicalConv(HierarchicalConv):
    """The hierarchical convolution with each norm computed together with what is around it."""

    def branch(self, i: int, x: Tensor) -> Tensor:
        """Convolve, normalise and rectify a split."""
        conv, norm = self.convs[i], self.bns[i]
        if norm.training:
            return norm_relu(norm, self.relu, conv(x))
        return self.relu(conv_norm(conv, norm, x))


class AcceleratedBottle2neck(AcceleratedHierarchicalConv, Bottle2neck):
    """The bottleneck block, computed by :func:`step` wherever :func:`can_step` allows it."""

    memory = KEEP_ALL  # what the backward pass recomputes (see memory_modes.py)

    @property
    def with_cp(self) -> bool:
        """Whether the whole block is recomputed, under the name that OpenMMLab's blocks use."""
        return self.memory == RECOMPUTE_ALL

    @with_cp.setter
    def with_cp(self, on: bool) -> None:
        if on != self.with_cp:
            self.memory = RECOMPUTE_ALL if on else KEEP_ALL

    def forward(self, x: Tensor, identity: Tensor | None = None) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        if self.memory == RECOMPUTE_ALL:
            return recompute([self], self._run, x, identity, KEEP_ALL, memory=RECOMPUTE_ALL)
        return self._run(x, identity, self.memory)

    def _run(self, x: Tensor, identity: Tensor | None, memory: str) -> Tensor:
        if not can_step(self, x):
            return recompute([self], self._by_modules, x, identity, memory=memory)
        if identity is None and self.downsample is not None:
            identity = recompute([self.downsample], self.downsample, x, memory=memory)
        return step(self, x, identity, keep_concatenated=memory == KEEP_ALL)

    def _by_modules(self, x: Tensor, identity: Tensor | None) -> Tensor:
        if identity is None:
            identity = x if self.downsample is None else self.downsample(x)
        out = self.residual(x)
        if self.plugins:  # the last operation of a plugin may need its output unchanged
            return self.relu(out + identity)
        return self.relu(out.add_(identity))

    def residual(self, x: Tensor) -> Tensor:
        """Return what is added to the shortcut."""
        out = self.relu(conv_norm(self.conv1, self.bn1, x))
        out = self.plug('after_conv1', out)
        out = self.plug('after_conv2', HierarchicalConv.forward(self, out))
        out = self.plug('after_conv3', conv_norm(self.conv3, self.bn3, out))
        return out if self.se is None else self.se(out)


class AcceleratedRoot(Root):
    """The root of a tree of DLA, with convolution and norm as one."""

    memory = KEEP_ALL  # as above

    def forward(self, *features: Tensor) -> Tensor:
        """Maps (N, C_i, H, W), sum of C_i = inputs -> (N, outputs, H, W)."""

        def run(*features: Tensor) -> Tensor:
            return self.relu(conv_norm(self.conv, self.bn, torch.cat(features, dim=1)))

        return recompute([self], run, *features, memory=self.memory)


class AcceleratedSequential(nn.Sequential):
    """A sequence of layers such as a shortcut or a stem, with norms computed as above."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the output of the last layer."""
        return run_layers(self, x)


_ACCELERATED: dict[type[nn.Module], type[nn.Module]] = {
    HierarchicalConv: AcceleratedHierarchicalConv,
    Bottle2neck: AcceleratedBottle2neck,
    Root: AcceleratedRoot,
}


def run_layers(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    """Run layers in a row, each convolution together with the norm and ReLU behind it."""
    layers = list(layers)
    while layers:
        layer = layers.pop(0)
        if not (layers and isinstance(layers[0], _BatchNorm)):
            x = layer(x)
            continue
        norm = layers.pop(0)
        if not is_trained(norm):
            x = conv_norm(layer, norm, x)
            continue
        relu = layers.pop(0) if layers and isinstance(layers[0], nn.ReLU) else None
        x = norm_relu(norm, relu, convolve(layer, x))
    return x


def run_stem(conv: nn.Module, norm: nn.Module, relu: nn.Module, x: Tensor) -> Tensor:
    """Run a stem, (N, C, H, W) -> (N, C', H', W') in the layout in which the stages run fastest.

    ``conv`` is a convolution, or a sequence of convolutions, norms and ReLUs.
    """
    whole = not isinstance(conv, nn.Sequential) or has_hooks(conv)
    layers = [conv, norm] if whole else [*conv.children(), norm]
    if trains_fast_channels_last(layers, x):
        return run_layers([*layers, relu], to_fast_layout(x))
    return relu(to_fast_layout(run_layers(layers, x)))
