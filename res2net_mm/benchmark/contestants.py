"""What is compared: networks of this package and others, and the ways in which they are run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn

from res2net_mm.backbones import build
from res2net_mm.deploy import OpenVinoNetwork, fuse
from res2net_mm.errors import UserError
from res2net_mm.presets import Preset, find


@dataclass(frozen=True)
class Contestant:
    """A network by name, built when it is needed."""

    name: str
    build: Callable[..., nn.Module] | None = None  # None where it is absent
    absent: str = ''  # why it is
    ours: bool = False  # of this package; these are built with keywords


def find_contestants(models: Sequence[str], peers: Sequence[str]) -> list[Contestant]:
    """Return the networks to compare; peers that are absent say why.

    Args:
        models: Names of presets.
        peers: Names of :data:`PEERS`. ``mmdet`` and ``timm`` stand for their Res2Net of each
            model's shape, the others for networks of the same cost.

    Raises:
        UserError: A name is unknown.
    """
    found: dict[str, Contestant] = {}
    for peer in peers:
        if peer not in PEERS:
            raise UserError(f'peer {peer!r} is unknown; allowed: {", ".join(PEERS)}')
    for model in models:
        preset = find(model)
        found[preset.name] = Contestant(preset.name, partial(build, preset.name), ours=True)
        for peer in peers:
            if peer in _OF_A_PRESET:
                theirs = _OF_A_PRESET[peer](preset)
                found[theirs.name] = theirs
    for peer in peers:
        if peer in _ON_ITS_OWN:
            found[peer] = _of_mmdet(peer, *_ON_ITS_OWN[peer])
    return list(found.values())


def _of_mmdet(name: str, kind: str, arguments: dict[str, Any]) -> Contestant:
    if find_spec('mmdet') is None:
        return Contestant(name, absent='mmdet is not installed')

    def make() -> nn.Module:
        from mmdet.models import backbones

        return getattr(backbones, kind)(**arguments)

    return Contestant(name, make)


def _mmdet(preset: Preset) -> Contestant:
    """Return MMDetection's Res2Net, which has the v1b stem whatever its arguments say."""
    name = f'mmdet {preset.name}'
    if find_spec('mmdet') is None:
        return Contestant(name, absent='mmdet is not installed')
    arguments: dict[str, Any] = dict(preset.arguments)
    known = {'depth', 'scales', 'base_width', 'stem', 'avg_down'}
    if not set(arguments) <= known or arguments.get('depth') not in (50, 101, 152):
        return Contestant(name, absent='mmdet has no network of this kind')
    v1b = (arguments.pop('stem', ''), arguments.pop('avg_down', False)) == ('deep', True)
    return _of_mmdet(name if v1b else f'{name} (v1b stem)', 'Res2Net', arguments)


def _timm(preset: Preset) -> Contestant:
    name = f'timm {preset.name}'
    if find_spec('timm') is None:
        return Contestant(name, absent='timm is not installed')
    import timm

    known = [alias for alias in preset.all_names if timm.is_model(alias)]
    if not known:
        return Contestant(name, absent='timm has no network of this name')
    return Contestant(
        name, partial(timm.create_model, known[0], features_only=True, out_indices=(1, 2, 3, 4))
    )


_OF_A_PRESET = {'mmdet': _mmdet, 'timm': _timm}
# Networks of the same cost in MMDetection, with the arguments that build them.
_ON_ITS_OWN: dict[str, tuple[str, dict[str, Any]]] = {
    'resnet50': ('ResNet', dict(depth=50)),
    'resnet50_v1d': ('ResNet', dict(depth=50, deep_stem=True, avg_down=True)),
    'resnet101': ('ResNet', dict(depth=101)),
    'resnet101_v1d': ('ResNet', dict(depth=101, deep_stem=True, avg_down=True)),
    'resnext50': ('ResNeXt', dict(depth=50, groups=32, base_width=4)),
    'resnext101': ('ResNeXt', dict(depth=101, groups=32, base_width=4)),
}
PEERS = (*_OF_A_PRESET, *_ON_ITS_OWN)


@dataclass(frozen=True)
class Treatment:
    """A way to run a network."""

    apply: Callable[[nn.Module], nn.Module]  # to the network as it will run
    modes: tuple[str, ...] = ('infer', 'train', 'memory')
    ours_only: bool = False  # whether it exists for networks of this package only
    arguments: dict[str, Any] = field(default_factory=dict)  # that the network is built with
    package: str = ''  # that it needs
    where: tuple[str, str] | None = None  # the (device, dtype) it is for; None for any

    def applies(self, contestant: Contestant, mode: str) -> bool:
        """Return whether a network can be run this way in a mode of the benchmark."""
        return mode in self.modes and (contestant.ours or not self.ours_only)

    def absent(self, device: str, dtype: str) -> str:
        """Return why this way cannot be measured here, or an empty string."""
        if self.package and find_spec(self.package) is None:
            return f'{self.package} is not installed'
        if self.where not in (None, (device, dtype)):
            return 'it is measured on {} in {} only'.format(*self.where)
        return ''


def _unchanged(network: nn.Module) -> nn.Module:
    return network


def _channels_last(network: nn.Module) -> nn.Module:
    """Convert the weights, whose layout the features follow."""
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # not in the stub


def _compile(network: nn.Module) -> nn.Module:
    compiled: Any = torch.compile(network)
    return compiled


def _fuse_and_compile(network: nn.Module) -> nn.Module:
    import torch._inductor.config

    torch._inductor.config.freezing = True  # weights are constants: packed once, at compilation
    return _compile(fuse(network))


TREATMENTS = {
    'eager': Treatment(_unchanged),
    'channels_last': Treatment(_channels_last),
    'fuse': Treatment(fuse, modes=('infer',)),
    'low': Treatment(
        _unchanged, modes=('train', 'memory'), ours_only=True, arguments=dict(memory='low')
    ),
    'fuse+compile': Treatment(_fuse_and_compile, modes=('infer',)),
    'openvino': Treatment(
        OpenVinoNetwork, modes=('infer',), package='openvino', where=('cpu', 'float32')
    ),
    'compile': Treatment(_compile),
}
# The default treatments of each mode.
USUAL = {
    'infer': ('eager', 'channels_last', 'fuse', 'openvino'),
    'train': ('eager', 'channels_last', 'low'),
    'memory': ('eager', 'low'),
}
