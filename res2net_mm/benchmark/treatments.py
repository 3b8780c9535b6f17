"""What can be done to a network before it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from res2net_mm.deploy import OpenVinoNetwork, fuse

from .contestants import Contestant


@dataclass(frozen=True)
class Treatment:
    """A way to run a network.

    Attributes:
        apply: (network, image) -> the network as it will run.
        modes: The modes it is for.
        ours_only: Whether only networks of this package know it.
        arguments: What the network is built with.
        package: What must be installed for it, or nothing.
        where: The (device, dtype) it is for; None for any.
    """

    apply: Callable[[nn.Module, Tensor], nn.Module]
    modes: tuple[str, ...] = ('infer', 'train', 'memory')
    ours_only: bool = False
    arguments: dict[str, object] = field(default_factory=dict)
    package: str = ''
    where: tuple[str, str] | None = None

    def applies(self, contestant: Contestant, mode: str) -> bool:
        """Say whether the contestant can be treated so in this mode."""
        return mode in self.modes and (contestant.ours or not self.ours_only)

    def absent(self, device: str, dtype: str) -> str:
        """Return why nobody can be treated so here, or nothing."""
        if self.package and find_spec(self.package) is None:
            return f'{self.package} is not installed'
        if self.where not in (None, (device, dtype)):
            return f'it is measured on {self.where[0]} in {self.where[1]} only'
        return ''


def _channels_last(network: nn.Module, _: Tensor) -> nn.Module:
    return network.to(memory_format=torch.channels_last)


def _compile(network: nn.Module, _: Tensor) -> nn.Module:
    return torch.compile(network)


def _fuse_and_compile(network: nn.Module, image: Tensor) -> nn.Module:
    import torch._inductor.config

    torch._inductor.config.freezing = True  # weights are constants: packed once, at compilation
    return torch.compile(fuse(network))


TREATMENTS = {
    'eager': Treatment(lambda network, _: network),
    'fuse': Treatment(lambda network, _: fuse(network), modes=('infer',)),
    'low': Treatment(
        lambda network, _: network,
        modes=('train', 'memory'),
        ours_only=True,
        arguments=dict(memory='low'),
    ),
    'fuse+compile': Treatment(_fuse_and_compile, modes=('infer',)),
    'openvino': Treatment(
        lambda network, _: OpenVinoNetwork(network),
        modes=('infer',),
        package='openvino',
        where=('cpu', 'float32'),
    ),
    'channels_last': Treatment(_channels_last),
    'compile': Treatment(_compile),
}
