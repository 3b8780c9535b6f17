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
    mark: str = ''  # pattern of a name that only this dialect has, of it and those above it

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


def _paddle_layers(conv: str, norm: str, layers: str) -> Pairs:
    """Return the pairs of layers, a line each: official conv, official norm, Paddle's layer."""
    leaves = dict(weight='weight', bias='bias', running_mean='_mean', running_var='_variance')
    pairs = []
    for line in layers.strip().splitlines():
        official_conv, official_norm, theirs = line.split()
        pairs.append((f'{official_conv}.weight', f'{theirs}.{conv}.weight'))
        for ours, paddles in leaves.items():
            pairs.append((f'{official_norm}.{ours}', f'{theirs}.{norm}.{paddles}'))
    return tuple(pairs)


# fmt: off
_TABLE = (
    Dialect('official', 'official'),
    Dialect('timm', 'official'),
    Dialect(
        'mmdet',
        'mmdet',
        deep_pairs=(('bn1.{p}', 'stem.7.{p}'), ('conv1.{i}.{p}', 'stem.{i}.{p}')),
        deep_mark='stem.',
        mark=r'stem\.\d\.',
    ),
    Dialect(
        'mmpretrain',
        'official',
        deep_pairs=(
            ('conv1.0.{p}', 'stem.0.conv.{p}'), ('conv1.1.{p}', 'stem.0.bn.{p}'),
            ('conv1.3.{p}', 'stem.1.conv.{p}'), ('conv1.4.{p}', 'stem.1.bn.{p}'),
            ('conv1.6.{p}', 'stem.2.conv.{p}'), ('bn1.{p}', 'stem.2.bn.{p}'),
        ),
        deep_mark='stem.',
        root='backbone.',
        mark=r'stem\.\d\.(conv|bn)\.',
    ),
    Dialect(
        'maskrcnn-benchmark',
        'official',
        pairs=(('conv1.{p}', 'stem.conv1.{p}'), ('bn1.{p}', 'stem.bn1.{p}')),
        style='caffe',
        writable=False,
        mark=r'stem\.(conv1|bn1)\.',
    ),
    Dialect(
        'detectron2',
        'mmdet',
        pairs=(
            ('layer{l}.{b}.bn1.{p}', 'res{l+1}.{b}.conv1.norm.{p}'),
            ('layer{l}.{b}.bn3.{p}', 'res{l+1}.{b}.conv3.norm.{p}'),
            ('layer{l}.{b}.downsample.2.{p}', 'res{l+1}.{b}.shortcut.1.norm.{p}'),
            ('layer{l}.{b}.downsample.1.{p}', 'res{l+1}.{b}.shortcut.1.{p}'),
            ('layer{l}.{b}.{p}', 'res{l+1}.{b}.{p}'),
            ('conv1.{p}', 'stem.conv1.{p}'),
            ('bn1.{p}', 'stem.bn1.{p}'),
            ('fc.{p}', 'linear.{p}'),
            ('fc.{p}', 'stem.fc.{p}'),
        ),
        style='caffe',
        writable=False,
        mark=r'res\d\.\d+\.',
    ),
    Dialect(
        'paddle',
        'paddle',
        deep_pairs=_paddle_layers('_conv', '_batch_norm', """
            conv1.0  conv1.1  conv1_1
            conv1.3  conv1.4  conv1_2
            conv1.6  bn1      conv1_3
            layer{l}.{b}.downsample.1  layer{l}.{b}.downsample.2  bb_{l-1}_{b}.short
        """),
        plain_pairs=_paddle_layers('_conv', '_batch_norm', """
            conv1  bn1  conv1
            layer{l}.{b}.downsample.0  layer{l}.{b}.downsample.1  bb_{l-1}_{b}.short
        """),
        pairs=(*_paddle_layers('_conv', '_batch_norm', """
            layer{l}.{b}.conv1      layer{l}.{b}.bn1      bb_{l-1}_{b}.conv0
            layer{l}.{b}.conv3      layer{l}.{b}.bn3      bb_{l-1}_{b}.conv2
            layer{l}.{b}.convs.{i}  layer{l}.{b}.bns.{i}  bb_{l-1}_{b}.{any}_branch2b_{i+1}
        """), ('fc.{p}', 'out.{p}')),
        deep_mark='conv1_1.',
        transposed=('fc.weight',),
        writable=False,
        mark=r'bb_\d+_\d+\.',
    ),
    # Its "vd" backbones have the deep stem, but the shortcuts of plain ones.
    Dialect(
        'paddledetection',
        'paddle',
        pairs=_paddle_layers('conv', 'norm', """
            conv1.0  conv1.1  res1.conv1_1
            conv1.3  conv1.4  res1.conv1_2
            conv1.6  bn1      res1.conv1_3
            conv1    bn1      res1.conv1
            layer{l}.{b}.conv1         layer{l}.{b}.bn1           res{l+1}.blocks.{b}.branch2a
            layer{l}.{b}.conv3         layer{l}.{b}.bn3           res{l+1}.blocks.{b}.branch2c
            layer{l}.{b}.convs.{i}     layer{l}.{b}.bns.{i}       res{l+1}.blocks.{b}.branch2b.{i}
            layer{l}.{b}.downsample.0  layer{l}.{b}.downsample.1  res{l+1}.blocks.{b}.branch1
        """),
        writable=False,
        mark=r'res\d\.blocks\.',
    ),
)
# fmt: on
DIALECTS = {dialect.name: dialect for dialect in _TABLE}


def recognise(names: Iterable[str]) -> Dialect:
    """Return the dialect of a backbone's tensor names: the last of the table whose mark is there.

    Names without any mark are official. Those of timm, and of mmpretrain without a deep stem, are
    the same, and compute the same.
    """
    names = list(names)
    for dialect in reversed(_TABLE):
        if dialect.mark and any(re.match(dialect.mark, name) for name in names):
            return dialect
    return _TABLE[0]


def find_dialect(name: str) -> Dialect:
    """Return a dialect by its name; raise UserError if there is none."""
    if name not in DIALECTS:
        raise UserError(f'dialect {name!r} is unknown; allowed: {", ".join(DIALECTS)}')
    return DIALECTS[name]
