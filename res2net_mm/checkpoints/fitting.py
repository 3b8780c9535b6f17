"""Compare a checkpoint's tensors with those of a backbone, and refuse what does not fit."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from res2net_mm.errors import UserError

from .backbone_tensors import some
from .diagnosis import likely_cause

# Tensors that a checkpoint may lack, and those it may hold in excess: kind, pattern of the names.
_MAY_LACK = (
    ('num_batches_tracked', re.compile(r'\.num_batches_tracked$')),
    ('DCN offsets', re.compile(r'\.conv_offset\.')),
    ('plugins', re.compile(r'\.plugins\.')),
)
_MAY_GO_UNUSED = (
    ('classifier', re.compile(r'^(fc|head\.fc)\.')),
    # Projections of inner trees, which the official DLA files hold and its code does not use.
    ('idle DLA projections', re.compile(r'^level\d\.(tree\d\.)*project\.')),
    ('num_batches_tracked', re.compile(r'\.num_batches_tracked$')),
)


@dataclass(frozen=True)
class Fit:
    """The tensors that fit a network by name and shape, and those that do not.

    Attributes:
        fitting: The tensors that fit, by name.
        lacking: Kind -> number of tensors that are missing and may be.
        unused: Kind -> number of tensors that are in excess and may be.
        missing: The names of other missing tensors.
        unexpected: The names of other tensors in excess.
        misshapen: The names of tensors of another shape, with both shapes.
    """

    fitting: dict[str, Tensor]
    lacking: dict[str, int]
    unused: dict[str, int]
    missing: list[str]
    unexpected: list[str]
    misshapen: list[str]

    @property
    def whole(self) -> bool:
        """Return whether every tensor fits, or may be missing or in excess."""
        return not (self.missing or self.unexpected or self.misshapen)


def fit(state: Mapping[str, Tensor], needed: Mapping[str, Tensor]) -> Fit:
    """Compare tensors under official names with those of a backbone."""
    lacking: Counter[str] = Counter()
    unused: Counter[str] = Counter()
    fitting, missing, unexpected, misshapen = {}, [], [], []
    for name, own in needed.items():
        if name not in state:
            kind = _kind(name, _MAY_LACK)
            if kind:
                lacking[kind] += 1
            else:
                missing.append(name)
        elif state[name].shape != own.shape:
            misshapen.append(f'{name} {_shape(state[name])} instead of {_shape(own)}')
        else:
            fitting[name] = state[name]
    stages = {name.split('.')[0] for name in needed}
    for name in state:
        if name in needed:
            continue
        first = name.split('.')[0]
        kind = _kind(name, _MAY_GO_UNUSED)
        if re.fullmatch(r'layer\d|conv1|bn1', first) and first not in stages:
            kind = f'{first}, which is not built'
        if kind:
            unused[kind] += 1
        else:
            unexpected.append(name)
    return Fit(fitting, dict(lacking), dict(unused), missing, unexpected, misshapen)


def check(
    found: Fit, state: Mapping[str, Tensor], needed: Mapping[str, Tensor], source: str
) -> None:
    """Raise UserError, with the likely cause and the first names, unless the fit is whole."""
    if found.whole:
        return
    faults = (
        ('missing', found.missing),
        ('unexpected', found.unexpected),
        ('of another shape', found.misshapen),
    )
    named = '; '.join(f'{fault}: {some(names, 3)}' for fault, names in faults if names)
    raise UserError(
        f'{source} does not fit the backbone: {likely_cause(state, needed)}. {named}. '
        'To load only what fits, ask for it: load_weights(..., partial=True)'
    )


def _kind(name: str, kinds: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    return next((kind for kind, pattern in kinds if pattern.search(name)), None)


def _shape(tensor: Tensor) -> str:
    return 'x'.join(map(str, tensor.shape)) or 'scalar'
