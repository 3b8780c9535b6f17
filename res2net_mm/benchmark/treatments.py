"""The ways in which a network is run: as it is, fused, compiled and so on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.deploy import OpenVinoNetwork, fuse

from .contestants import Contestant


@dataclass(frozen=True)
class Treatment:
    """A way to run a network.

    Attributes:
        apply: (network, image) -> the network as it will run.
        modes: The modes of the benchmark that it is for.
        ours_only: Whether it exists for networks of this package only.
        arguments: Keywords that the network is built with.
        package: The package it needs, or an empty string.
        where: The (device, dtype) it is for; None for any.
    """

    apply: Callable[[nn.Module, Tensor], nn.Module]
    modes: tuple[str, ...] = ('infer', 'train', 'memory')
    ours_only: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)
    package: str = ''
    where: tuple[str, str] | None = None

    def applies(self, contestant: Contestant, mode: str) -> bool:
        """Return whether it exists for a network in a mode."""
        return mode in self.modes and (contestant.ours or not self.ours_only)

    def absent(self, device: str, dtype: str) -> str:
        """Return why it cannot be measured here, or an empty string."""
        if self.package and find_spec(self.package) is None:
            return f'{self.package} is not installed'
        if self.where not in (None, (device, dtype)):
            return 'it is measured on {} in {} only'.format(*self.where)
        return ''


def _unchanged(network: nn.Module, _: Tensor) -> nn.Module:
    return network


def _channels_last(network: nn.Module, _: Tensor) -> nn.Module:
    """Convert the weights, whose layout the features follow."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # not in the stub


def _compile(network: nn.Module, _: Tensor) -> nn.Module:
    compiled: Any = torch.compile(network)
    return compiled


def _fuse_and_compile(network: nn.Module, image: Tensor) -> nn.Module:
    import torch._inductor.config

    torch._inductor.config.freezing = True  # weights are constants: packed once, at compilation
    return _compile(fuse(network), image)


TREATMENTS = {
    'eager': Treatment(_unchanged),
    'channels_last': Treatment(_channels_last),
    'fuse': Treatment(lambda network, _: fuse(network), modes=('infer',)),
    'low': Treatment(
        _unchanged, modes=('train', 'memory'), ours_only=True, arguments=dict(memory='low')
    ),
    'fuse+compile': Treatment(_fuse_and_compile, modes=('infer',)),
    'openvino': Treatment(
        lambda network, _: OpenVinoNetwork(network),
        modes=('infer',),
        package='openvino',
        where=('cpu', 'float32'),
    ),
    'compile': Treatment(_compile),
}
# The default treatments of each mode.
USUAL = {
    'infer': ('eager', 'channels_last', 'fuse', 'openvino'),
    'train': ('eager', 'channels_last', 'low'),
    'memory': ('eager', 'low'),
}
