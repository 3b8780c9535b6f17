"""Who runs: networks of this package, and others' of the same shape or the same cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from torch import nn

from res2net_mm.backbones import build
from res2net_mm.errors import UserError
from res2net_mm.presets import Preset, find


@dataclass(frozen=True)
class Contestant:
    """A network by name; it is built when its turn comes.

    Attributes:
        name: As printed.
        build: Builds it, or None where it cannot be had; those of this package take arguments.
        absent: Why it cannot be had, or nothing.
        ours: Whether it is of this package.
    """

    name: str
    build: Callable[..., nn.Module] | None = None
    absent: str = ''
    ours: bool = False


def find_contestants(models: list[str], peers: list[str]) -> list[Contestant]:
    """Return the networks to compare; peers that are not there say why.

    Args:
        models: Names of presets.
        peers: Names of :data:`PEERS`. ``mmdet`` and ``timm`` stand for their Res2Net of each
            model's shape.

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
            found[peer] = _resnet(peer, *_ON_ITS_OWN[peer])
    return list(found.values())


def _resnet(name: str, kind: str, arguments: Mapping[str, object]) -> Contestant:
    if find_spec('mmdet') is None:
        return Contestant(name, absent='mmdet is not installed')

    def make() -> nn.Module:
        from mmdet.models import backbones

        return getattr(backbones, kind)(**arguments)

    return Contestant(name, make)


def _mmdet(preset: Preset) -> Contestant:
    """MMDetection's Res2Net: of the v1b shape always, whatever its arguments say."""
    name = f'mmdet {preset.name}'
    if find_spec('mmdet') is None:
        return Contestant(name, absent='mmdet is not installed')
    known = {'depth', 'scales', 'base_width', 'stem', 'avg_down'}
    arguments = dict(preset.arguments)
    if not set(arguments) <= known or arguments.get('depth') not in (50, 101, 152):
        return Contestant(name, absent='mmdet has no network of this kind')
    v1b = (arguments.pop('stem', ''), arguments.pop('avg_down', False)) == ('deep', True)

    def make() -> nn.Module:
        from mmdet.models.backbones import Res2Net

        return Res2Net(**arguments)

    return Contestant(name if v1b else f'{name} (v1b stem)', make)


def _timm(preset: Preset) -> Contestant:
    name = f'timm {preset.name}'
    if find_spec('timm') is None:
        return Contestant(name, absent='timm is not installed')
    import timm

    known = [alias for alias in preset.all_names if timm.is_model(alias)]
    if not known:
        return Contestant(name, absent='timm has no network of this name')
    return Contestant(
        name, lambda: timm.create_model(known[0], features_only=True, out_indices=(1, 2, 3, 4))
    )


_OF_A_PRESET = {'mmdet': _mmdet, 'timm': _timm}
# Networks of the same cost in MMDetection, with the arguments that build them.
_ON_ITS_OWN = {
    'resnet50': ('ResNet', dict(depth=50)),
    'resnet50_v1d': ('ResNet', dict(depth=50, deep_stem=True, avg_down=True)),
    'resnet101': ('ResNet', dict(depth=101)),
    'resnet101_v1d': ('ResNet', dict(depth=101, deep_stem=True, avg_down=True)),
    'resnext50': ('ResNeXt', dict(depth=50, groups=32, base_width=4)),
    'resnext101': ('ResNeXt', dict(depth=101, groups=32, base_width=4)),
}
PEERS = (*_OF_A_PRESET, *_ON_ITS_OWN)
