"""The zoo: every published Res2Net on one screen, with its arguments, figures and their sources.

A preset only fills in constructor arguments; nothing is computed differently because a preset was
named. Figures are as their publisher prints them, None where none was published.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.tables import align

# The tags in `Preset.sources`.
SOURCES = {
    'P': 'Gao et al., Res2Net, arXiv 1904.01169 (TPAMI 43(2), 2021), tables 1 to 4',
    'PM': 'github.com/Res2Net/Res2Net-PretrainedModels: README and code',
    'TI': 'github.com/huggingface/pytorch-image-models (timm): results-imagenet.csv',
    'I7': 'Res2Net-PretrainedModels issues 7, 14 and 36: the author on the CIFAR networks',
    'I50': 'Res2Net-PretrainedModels issue 50: the author on the 152-layer network',
    'MP': 'github.com/open-mmlab/mmpretrain: metafile of configs/res2net',
    'PC': 'github.com/PaddlePaddle/PaddleClas: model zoo documents',
    'ours': 'this package: nobody published this network',
}
# timm, mmdet and mmpretrain converted their files from the official ones.
LICENCE = 'official code CC BY-NC-SA 4.0 (non-commercial), nothing separate is said on the weights'

OFFICIAL = 'https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/'
TIMM = 'https://github.com/rwightman/pytorch-image-models/releases/download/v0.1-res2net/'
OPENMMLAB = 'https://download.openmmlab.com/'
ONEDL = 'https://mmassets.onedl.ai/'  # of OpenMMLab's maintained line
PADDLE = 'https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/'
# Servers with the same files under the same paths.
MIRRORS = ((OPENMMLAB, ONEDL),)
HUB_FILE = 'model.safetensors'  # the file of weights in timm's repositories on the Hugging Face Hub


@dataclass(frozen=True)
class Weights:
    """One published checkpoint file."""

    name: str  # the publisher's name of the network
    dialect: str
    urls: tuple[str, ...]  # the same file at each
    top1: float | None = None  # ImageNet accuracy in % its publisher prints; None: the preset's
    top5: float | None = None
    source: str = ''  # tag of SOURCES, of the accuracy
    hub: str = ''  # repository on the Hugging Face Hub with the same tensors in a file of its own

    @property
    def file(self) -> str:
        """Name of the file; most carry the first digits of their SHA-256."""
        return self.urls[0].rsplit('/', 1)[-1]


@dataclass(frozen=True)
class Preset:
    """One network: its arguments, and the figures and files published for it."""

    name: str
    arguments: Mapping[str, object]
    params: float | None = None  # millions, with the classifier
    gmacs: float | None = None  # at 224 x 224
    top1: float | None = None  # accuracy in %: ImageNet, one 224 crop; CIFAR-100 for *29_*
    top5: float | None = None
    sources: str = ''  # tags of SOURCES
    aliases: tuple[str, ...] = ()
    weights: tuple[Weights, ...] = ()
    no_weights: str = ''  # why there are none
    backbone: str = 'Res2Net'  # type in the registry
    block_rule: str = 'official'
    classes: int = 1000
    mean: tuple[float, float, float] = (123.675, 116.28, 103.53)  # of red, green, blue in 0..255
    std: tuple[float, float, float] = (58.395, 57.12, 57.375)
    to_rgb: bool = True

    @property
    def all_names(self) -> tuple[str, ...]:
        """The preset's name, its aliases and its publishers' names, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases, *(w.name for w in self.weights))))


def _official(name: str, file: str, hub: str = '', mirror: str | None = TIMM) -> Weights:
    urls = tuple(base + file for base in (OFFICIAL, mirror) if base)
    return Weights(name, 'official', urls, hub=f'timm/{hub or name}.in1k')


def _mmpretrain(name: str, end: str, top1: float, top5: float) -> Weights:
    file = f'mmclassification/v0/res2net/{name}_3rdparty_8xb32_in1k_20210927-{end}.pth'
    return Weights(name, 'mmpretrain', (OPENMMLAB + file, ONEDL + file), top1, top5, 'MP')


def _mmdet(name: str, end: str) -> Weights:
    file = f'pretrain/third_party/{name}_mmdetv2-{end}.pth'
    return Weights(name, 'mmdet', (OPENMMLAB + file, ONEDL + file))


def _paddle(name: str, top1: float, top5: float) -> Weights:
    url = f'{PADDLE}{name}_pretrained.pdparams'
    return Weights(name, 'paddle', (url,), top1, top5, 'PC')


# fmt: off
# Published files by preset; the first is what `res2net://<preset>` loads.
_WEIGHTS = {
    'res2net50_26w_4s': (
        _official('res2net50_26w_4s', 'res2net50_26w_4s-06e79181.pth'),
        _paddle('Res2Net50_26w_4s', 79.3, 94.6)),
    'res2net50_48w_2s': (_official('res2net50_48w_2s', 'res2net50_48w_2s-afed724a.pth'),),
    'res2net50_14w_8s': (
        _official('res2net50_14w_8s', 'res2net50_14w_8s-6527dddc.pth'),
        _mmpretrain('res2net50-w14-s8', 'bc967bf1', 78.14, 93.85),
        _paddle('Res2Net50_14w_8s', 79.46, 94.70)),
    'res2net50_26w_6s': (_official('res2net50_26w_6s', 'res2net50_26w_6s-19041792.pth'),),
    'res2net50_26w_8s': (
        _official('res2net50_26w_8s', 'res2net50_26w_8s-2c7c9f12.pth'),
        _mmpretrain('res2net50-w26-s8', 'f547a94b', 79.20, 94.36)),
    'res2net101_26w_4s': (
        _official('res2net101_26w_4s', 'res2net101_26w_4s-02a759a1.pth'),
        _mmpretrain('res2net101-w26-s4', '870b6c36', 79.19, 94.44)),
    'res2next50': (_official('res2next50', 'res2next50_4s-6ef7e7bf.pth'),),
    'res2net50_v1b_26w_4s': (
        _official('res2net50_v1b_26w_4s', 'res2net50_v1b_26w_4s-3cf99910.pth',
                  'res2net50d', None),
        _paddle('Res2Net50_vd_26w_4s', 79.75, 94.91),
        _paddle('Res2Net50_vd_26w_4s_ssld', 83.1, 96.6)),
    'res2net101_v1b_26w_4s': (
        _official('res2net101_v1b_26w_4s', 'res2net101_v1b_26w_4s-0812c246.pth',
                  'res2net101d', None),
        _mmdet('res2net101_v1d_26w_4s', 'f0a600f9'),
        _paddle('Res2Net101_vd_26w_4s', 80.64, 95.22),
        _paddle('Res2Net101_vd_26w_4s_ssld', 83.9, 97.1)),
    'res2net200_v1b_26w_4s': (
        _paddle('Res2Net200_vd_26w_4s_ssld', 85.13, 97.42),
        _paddle('Res2Net200_vd_26w_4s', 81.21, 95.71)),
    'res2net_dla60': (
        _official('res2net_dla60', 'res2net_dla60_4s-d88db7f9.pth', 'dla60_res2net'),),
    'res2next_dla60': (
        _official('res2next_dla60', 'res2next_dla60_4s-d327927b.pth', 'dla60_res2next'),),
}


_NONE = 'its weights were never published'
_HAND = 'its weights lie behind a sharing page only (source I50): save the file by hand'
_OURS = 'it has no weights: a size of our own, to be trained on small machines'
_DLA: dict[str, Any] = dict(backbone='Res2NetDLA', block_rule='dla')


def _row(name: str, arguments: dict[str, Any], params: float | None = None,
         gmacs: float | None = None, top1: float | None = None, top5: float | None = None,
         sources: str = 'ours', also: str = '', no_weights: str = _NONE, **more: Any) -> Preset:
    weights = _WEIGHTS.get(name, ())
    return Preset(name, MappingProxyType(arguments), params, gmacs, top1, top5, sources,
                  tuple(also.split()), weights, '' if weights else no_weights, **more)


def _v1(depth: int, base_width: int, scales: int, **more: Any) -> dict[str, Any]:
    return dict(depth=depth, base_width=base_width, scales=scales, **more)


def _v1b(depth: int) -> dict[str, Any]:
    return _v1(depth, 26, 4, stem='deep', avg_down=True)


def _next29(base_width: int, scales: int, groups: int) -> dict[str, Any]:
    widths = dict(base_width=base_width, scales=scales, groups=groups)
    return dict(stage_blocks=(3, 3, 3), stem='3x3', convolve_first=True, **widths)


def _light(base_width: int, **more: Any) -> dict[str, Any]:
    small = dict(stage_blocks=(2, 2, 2, 2), base_channels=32)
    return dict(**small, base_width=base_width, scales=4, **more)


# Name, arguments, params, GMACs, top-1, top-5, sources, aliases. What the official files call v1b
# is mmdet's v1d, timm's d and Paddle's vd: one structure, so one row.
_NETS = (
    _row('res2net50_26w_4s', _v1(50, 26, 4), 25.70, 4.2, 77.99, 93.85, 'PM',
         'res2net50 res2net50-w26-s4'),
    _row('res2net50_48w_2s', _v1(50, 48, 2), 25.29, 4.2, 77.32, 93.53, 'PM', 'res2net50-w48-s2'),
    _row('res2net50_18w_4s', _v1(50, 18, 4), None, 2.9, 77.08, 93.33, 'P', 'res2net50_l'),
    _row('res2net50_18w_6s', _v1(50, 18, 6), sources='P'),
    _row('res2net50_14w_8s', _v1(50, 14, 8), 25.06, 4.2, 78.14, 93.86, 'PM'),
    _row('res2net50_26w_6s', _v1(50, 26, 6), 37.05, 6.3, 78.58, 94.13, 'PM', 'res2net50-w26-s6'),
    _row('res2net50_26w_8s', _v1(50, 26, 8), 48.40, 8.3, 79.20, 94.37, 'PM'),
    _row('res2net101_26w_4s', _v1(101, 26, 4), 45.21, 8.1, 79.19, 94.43, 'PM', 'res2net101'),
    _row('res2next50', _v1(50, 4, 4, groups=8), 24.67, 4.2, 78.24, 93.91, 'PM', 'res2next50_4s'),
    _row('res2net50_v1b_26w_4s', _v1b(50), 25.72, 4.5, 80.27, 95.04, 'PM',
         'res2net50_v1b res2net50d res2net50_v1d_26w_4s'),
    _row('res2net101_v1b_26w_4s', _v1b(101), 45.23, 8.3, 81.23, 95.36, 'PM',
         'res2net101_v1b res2net101d'),
    _row('res2net152_v1b_26w_4s', _v1b(152), sources='PM I50', no_weights=_HAND,
         also='res2net152_v1b res2net152_v1d_26w_4s Res2Net152_vd_26w_4s'),
    _row('res2net200_v1b_26w_4s', _v1b(200), 76.21, 15.7, 85.13, 97.42, 'PM',
         'res2net200_v1d_26w_4s', block_rule='paddle'),
    # Params from TI: PM prints 21.15 and 17.33, with projections that are never computed.
    _row('res2net_dla60', dict(base_width=28, scales=4), 20.85, 4.2, 78.47, 94.20, 'PM TI',
         'dla60_res2net', **_DLA),
    _row('res2next_dla60', dict(base_width=4, scales=4, groups=8), 17.03, 3.6, 78.45, 94.14,
         'PM TI', 'dla60_res2next', **_DLA),
    # On CIFAR-100 with 32 x 32 images; the paper counts params with a classifier of 10 classes.
    _row('res2next29_6c24w4s', _next29(24, 4, 6), 24.3, None, 83.02, None, 'P I7',
         'res2next29', classes=100),
    _row('res2next29_8c25w4s', _next29(25, 4, 8), 33.8, None, 83.07, None, 'P I7', classes=100),
    _row('res2next29_6c24w6s', _next29(24, 6, 6), 36.7, None, 83.21, None, 'P I7', classes=100),
)
_LIGHT = (
    _row('res2net_light_14w_4s', _light(14), also='res2net_light', no_weights=_OURS),
    _row('res2net_light_26w_4s', _light(26), no_weights=_OURS),
    _row('res2net_light_v1b_26w_4s', _light(26, stem='deep', avg_down=True), no_weights=_OURS),
)
# Published squeeze-and-excitation forms: top-1, top-5, alias. The paper's params of the CIFAR
# networks (26.0, 34.0, 36.9 M) fit no single reduction and are left out.
_SE_PUBLISHED = {
    'res2net50_26w_4s': (78.44, 94.06, 'se_res2net50'),
    'res2next29_6c24w4s': (83.32, None, 'se_res2next29'),
    'res2next29_8c25w4s': (83.36, None, ''),
    'res2next29_6c24w6s': (83.44, None, ''),
}
# fmt: on


def _with_se(net: Preset) -> Preset:
    """Return a network's squeeze-and-excitation form, whose code was never published.

    The paper places it before the addition (section 3.2.2) and names no reduction; 16 is SENet's.
    """
    top1, top5, alias = _SE_PUBLISHED.get(net.name, (None, None, ''))
    return replace(
        net,
        name=f'se_{net.name}',
        arguments=MappingProxyType({**net.arguments, 'se': 16}),
        params=None,
        gmacs=None,
        top1=top1,
        top5=top5,
        sources='P' if top1 else 'ours',
        aliases=tuple(alias.split()),
        weights=(),
        no_weights=_NONE,
        block_rule='official',
    )


_SE = tuple(_with_se(net) for net in _NETS if net.backbone == 'Res2Net')
PRESETS: Mapping[str, Preset] = MappingProxyType({p.name: p for p in (*_NETS, *_SE, *_LIGHT)})


def list_presets() -> list[str]:
    """Return the presets' names, in the zoo's order."""
    return list(PRESETS)


def find(name: str) -> Preset:
    """Return the preset of a name or alias; case and timm's ``timm/`` and ``.in1k`` do not matter.

    Raises:
        UserError: There is none; the message offers the nearest names.
    """
    if not isinstance(name, str):
        raise UserError(f'preset must be a string, got {name!r}; see `res2net-mm presets`')
    wanted = _plain(name)
    known = {_plain(n): preset for preset in PRESETS.values() for n in preset.all_names}
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=5, cutoff=0.5)
    names = ', '.join(dict.fromkeys(known[n].name for n in near))
    hint = f'the nearest are {names}; ' if names else ''
    raise UserError(f'preset {name!r} is unknown; {hint}see `res2net-mm presets`')


def find_weights(name: str) -> Weights:
    """Return the published file of a preset, or of the publisher whose name for it is given.

    ``res2net50_v1b_26w_4s`` is the official file, ``Res2Net50_vd_26w_4s_ssld`` Paddle's.

    Raises:
        UserError: The name is unknown, or no weights of the preset were published.
    """
    preset = find(name)
    if not preset.weights:
        raise UserError(f'preset {preset.name} cannot be loaded by name: {preset.no_weights}')
    exact = [w for w in preset.weights if w.name == name]
    alike = [w for w in preset.weights if _plain(w.name) == _plain(name)]
    return [*exact, *alike, *preset.weights][0]


def zoo_table() -> str:
    """Return the zoo as text, one line a preset; ``-`` where nothing was published."""
    lines = [['preset', 'params M', 'GMACs', 'top-1', 'top-5', 'rule', 'weights', 'also called']]
    for p in PRESETS.values():
        figures = ((p.params, '.2f'), (p.gmacs, '.1f'), (p.top1, '.2f'), (p.top5, '.2f'))
        shown = ['-' if value is None else format(value, spec) for value, spec in figures]
        dialects = ', '.join(dict.fromkeys(w.dialect for w in p.weights)) or '-'
        lines.append([p.name, *shown, p.block_rule, dialects, ', '.join(p.all_names[1:])])
    return '\n'.join(align(lines, '<>>>><<<'))


def describe(name: str) -> str:
    """Return the entry of a preset as text, with the source of each figure."""
    p = find(name)
    figures = dict(
        arguments=', '.join(f'{key}={value!r}' for key, value in p.arguments.items()),
        params=p.params and f'{p.params} M',
        GMACs=p.gmacs,
        accuracy=p.top1 and ' / '.join(f'{v} %' for v in (p.top1, p.top5) if v),
        normalisation=f'mean {p.mean}, std {p.std}, {"RGB" if p.to_rgb else "BGR"}',
    )
    lines = [p.name, f'  type           res2net_mm.{p.backbone}, block rule {p.block_rule}']
    lines += [f'  {title:14} {value or "not published"}' for title, value in figures.items()]
    lines += [f'  also called    {", ".join(p.all_names[1:]) or "-"}']
    for w in p.weights:
        own = f', top-1 {w.top1} %' if w.top1 else ''
        lines += [f'  weights        {w.name} ({w.dialect}{own})']
        lines += [f'                 {url}' for url in w.urls]
        if w.hub:
            lines += [f'                 hf://{w.hub}/{HUB_FILE} (the same tensors)']
    lines += [f'  licence        {LICENCE}' if p.weights else f'  weights        {p.no_weights}']
    tags = [*p.sources.split(), *(w.source for w in p.weights if w.source)]
    lines += [f'  source {tag:7} {SOURCES[tag]}' for tag in dict.fromkeys(tags)]
    return '\n'.join(lines)


def _plain(name: str) -> str:
    return name.removeprefix('open-mmlab://').removeprefix('timm/').removesuffix('.in1k').casefold()
