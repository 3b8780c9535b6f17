"""The tensor names of each publisher: a table of templates, read in both directions.

This package uses the names of the official code, which timm shares. A dialect lists the names that
differ, as pairs of templates: official name, its name. :class:`Renaming` explains the fields.

Sources: the networks' code in Res2Net-PretrainedModels, pytorch-image-models (timm), mmdetection,
mmpretrain, Res2Net-maskrcnn, Res2Net-detectron2, PaddleClas and PaddleDetection.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from torch import Tensor

from res2net_mm.errors import UserError

Pairs = tuple[tuple[str, str], ...]

_FIELD = re.compile(r'\{(\w+)([+-]\d+)?\}')
_MEANING = {'p': r'.+', 'any': r'[^.]+'}  # other fields are numbers


class Renaming:
    """A table of pairs of templates; a name is renamed by the first pair that matches.

    A field such as ``{b}`` matches a number, ``{b+1}`` that number plus one, ``{p}`` anything and
    ``{any}`` anything without a dot. Both templates need the same fields; one that is only read may
    have more.
    """

    def __init__(self, pairs: Pairs) -> None:
        self._to_first = [(_reader(second), first) for first, second in pairs]
        self._to_second = [(_reader(first), second) for first, second in pairs]

    def first(self, name: str) -> str:
        """Return the first name of a second name, or the name itself if no pair matches."""
        return _rename(name, self._to_first)

    def second(self, name: str) -> str:
        """Return the second name of a first name, or the name itself if no pair matches."""
        return _rename(name, self._to_second)


def _reader(template: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """Return the pattern of a template, and the number to subtract from each of its fields."""
    pattern, offsets, end = '', {}, 0
    for field in _FIELD.finditer(template):
        name, offset = field.groups()
        pattern += re.escape(template[end : field.start()])
        pattern += f'(?P<{name}>{_MEANING.get(name, "[0-9]+")})'
        offsets[name] = int(offset or 0)
        end = field.end()
    return re.compile(pattern + re.escape(template[end:])), offsets


def _rename(name: str, table: list[tuple[tuple[re.Pattern[str], dict[str, int]], str]]) -> str:
    for (pattern, offsets), template in table:
        if found := pattern.fullmatch(name):
            fields = found.groupdict()
            return _FIELD.sub(lambda field: _write(field, fields, offsets), template)  # noqa: B023
    return name


def _write(field: re.Match[str], fields: dict[str, str], offsets: dict[str, int]) -> str:
    name, offset = field.groups()
    if name in _MEANING:
        return fields[name]
    return str(int(fields[name]) - offsets[name] + int(offset or 0))


StateDict = Mapping[str, Tensor]


@dataclass(frozen=True)
class Dialect:
    """The names of a publisher, and what its networks compute."""

    name: str
    block_rule: str  # what the first block of a stage computes
    pairs: Pairs = ()  # for all networks; tried after the following
    deep_pairs: Pairs = ()  # for networks with the deep stem
    plain_pairs: Pairs = ()  # for the other networks
    deep_mark: str = 'conv1.0.'  # how a name begins that only networks with the deep stem have
    root: str = ''  # how the backbone's names begin in its files
    style: str = 'pytorch'  # where a block has its stride; or caffe
    transposed: tuple[str, ...] = ()  # official names of matrices that are stored transposed
    writable: bool = True  # whether checkpoints can be written in this dialect

    def to_official(self, state: StateDict) -> 'OrderedDict[str, Tensor]':
        """Return the tensors under official names; names outside the table are kept."""
        rename = self._renaming(any(name.startswith(self.deep_mark) for name in state))
        return self._transpose({rename.first(name): value for name, value in state.items()})

    def from_official(self, state: StateDict) -> 'OrderedDict[str, Tensor]':
        """Return the tensors under this dialect's names; the inverse of :meth:`to_official`."""
        if not self.writable:
            raise UserError(f'dialect {self.name!r} is read, not written')
        rename = self._renaming('conv1.0.weight' in state)
        return OrderedDict(
            (rename.second(name), value) for name, value in self._transpose(state).items()
        )

    def _transpose(self, state: StateDict) -> 'OrderedDict[str, Tensor]':
        return OrderedDict(
            (name, value.t().contiguous() if name in self.transposed else value)
            for name, value in state.items()
        )

    @cache  # noqa: B019  (dialects live as long as the process)
    def _renaming(self, deep: bool) -> Renaming:
        return Renaming((self.deep_pairs if deep else self.plain_pairs) + self.pairs)


def _paddle_layers(conv: str, norm: str, *layers: tuple[str, str, str]) -> Pairs:
    """Return the pairs of layers (official conv, official norm, Paddle's layer of both)."""
    leaves = dict(weight='weight', bias='bias', running_mean='_mean', running_var='_variance')
    pairs = []
    for official_conv, official_norm, theirs in layers:
        pairs.append((f'{official_conv}.weight', f'{theirs}.{conv}.weight'))
        for ours, paddles in leaves.items():
            pairs.append((f'{official_norm}.{ours}', f'{theirs}.{norm}.{paddles}'))
    return tuple(pairs)


_BLOCK = 'layer{l}.{b}'
_STEM = (('conv1.0', 'conv1.1'), ('conv1.3', 'conv1.4'), ('conv1.6', 'bn1'))

OFFICIAL = Dialect('official', 'official')
TIMM = Dialect('timm', 'official')
MMDET = Dialect(
    'mmdet',
    'mmdet',
    deep_pairs=(('bn1.{p}', 'stem.7.{p}'), ('conv1.{i}.{p}', 'stem.{i}.{p}')),
    deep_mark='stem.',
)
MMPRETRAIN = Dialect(
    'mmpretrain',
    'official',
    deep_pairs=tuple(
        pair
        for i, (conv, norm) in enumerate(_STEM)
        for pair in (
            (f'{conv}.{{p}}', f'stem.{i}.conv.{{p}}'),
            (f'{norm}.{{p}}', f'stem.{i}.bn.{{p}}'),
        )
    ),
    deep_mark='stem.',
    root='backbone.',
)
MASKRCNN = Dialect(
    'maskrcnn-benchmark',
    'official',
    pairs=(('conv1.{p}', 'stem.conv1.{p}'), ('bn1.{p}', 'stem.bn1.{p}')),
    style='caffe',
    writable=False,
)
DETECTRON2 = Dialect(
    'detectron2',
    'mmdet',
    pairs=(
        (f'{_BLOCK}.bn1.{{p}}', 'res{l+1}.{b}.conv1.norm.{p}'),
        (f'{_BLOCK}.bn3.{{p}}', 'res{l+1}.{b}.conv3.norm.{p}'),
        (f'{_BLOCK}.downsample.2.{{p}}', 'res{l+1}.{b}.shortcut.1.norm.{p}'),
        (f'{_BLOCK}.downsample.1.{{p}}', 'res{l+1}.{b}.shortcut.1.{p}'),
        (f'{_BLOCK}.{{p}}', 'res{l+1}.{b}.{p}'),
        ('conv1.{p}', 'stem.conv1.{p}'),
        ('bn1.{p}', 'stem.bn1.{p}'),
        ('fc.{p}', 'linear.{p}'),
        ('fc.{p}', 'stem.fc.{p}'),
    ),
    style='caffe',
    writable=False,
)
PADDLE = Dialect(
    'paddle',
    'paddle',
    deep_pairs=_paddle_layers(
        '_conv',
        '_batch_norm',
        *((conv, norm, f'conv1_{i + 1}') for i, (conv, norm) in enumerate(_STEM)),
        (f'{_BLOCK}.downsample.1', f'{_BLOCK}.downsample.2', 'bb_{l-1}_{b}.short'),
    ),
    plain_pairs=_paddle_layers(
        '_conv',
        '_batch_norm',
        ('conv1', 'bn1', 'conv1'),
        (f'{_BLOCK}.downsample.0', f'{_BLOCK}.downsample.1', 'bb_{l-1}_{b}.short'),
    ),
    pairs=(
        *_paddle_layers(
            '_conv',
            '_batch_norm',
            (f'{_BLOCK}.conv1', f'{_BLOCK}.bn1', 'bb_{l-1}_{b}.conv0'),
            (f'{_BLOCK}.conv3', f'{_BLOCK}.bn3', 'bb_{l-1}_{b}.conv2'),
            (f'{_BLOCK}.convs.{{i}}', f'{_BLOCK}.bns.{{i}}', 'bb_{l-1}_{b}.{any}_branch2b_{i+1}'),
        ),
        ('fc.{p}', 'out.{p}'),
    ),
    deep_mark='conv1_1.',
    transposed=('fc.weight',),
    writable=False,
)
# Its "vd" backbones have the deep stem, but the shortcuts of plain ones.
PADDLEDETECTION = Dialect(
    'paddledetection',
    'paddle',
    pairs=_paddle_layers(
        'conv',
        'norm',
        *((conv, norm, f'res1.conv1_{i + 1}') for i, (conv, norm) in enumerate(_STEM)),
        ('conv1', 'bn1', 'res1.conv1'),
        (f'{_BLOCK}.conv1', f'{_BLOCK}.bn1', 'res{l+1}.blocks.{b}.branch2a'),
        (f'{_BLOCK}.conv3', f'{_BLOCK}.bn3', 'res{l+1}.blocks.{b}.branch2c'),
        (f'{_BLOCK}.convs.{{i}}', f'{_BLOCK}.bns.{{i}}', 'res{l+1}.blocks.{b}.branch2b.{i}'),
        (f'{_BLOCK}.downsample.0', f'{_BLOCK}.downsample.1', 'res{l+1}.blocks.{b}.branch1'),
    ),
    writable=False,
)
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        OFFICIAL, TIMM, MMDET, MMPRETRAIN, MASKRCNN, DETECTRON2, PADDLE, PADDLEDETECTION,
    )
}  # fmt: skip

# Names that only one dialect has; the first that matches counts. Names without any are official.
# Those of timm, and of mmpretrain without a deep stem, are the same, and compute the same.
_MARKS = (
    (PADDLE, r'bb_\d+_\d+\.'),
    (PADDLEDETECTION, r'res\d\.blocks\.'),
    (DETECTRON2, r'res\d\.\d+\.'),
    (MASKRCNN, r'stem\.(conv1|bn1)\.'),
    (MMPRETRAIN, r'stem\.\d\.(conv|bn)\.'),
    (MMDET, r'stem\.\d\.'),
)


def recognise(names: Iterable[str]) -> Dialect:
    """Return the dialect of a backbone's tensor names."""
    names = list(names)
    for dialect, mark in _MARKS:
        if any(re.match(mark, name) for name in names):
            return dialect
    return OFFICIAL


def find_dialect(name: str) -> Dialect:
    """Return a dialect by its name; raise UserError if there is none."""
    if name not in DIALECTS:
        raise UserError(f'dialect {name!r} is unknown; allowed: {", ".join(DIALECTS)}')
    return DIALECTS[name]
