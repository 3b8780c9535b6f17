"""Find the backbone's tensors in a checkpoint, whatever they are wrapped in.

A file may hold a bare backbone, a classifier or a whole detector; the tensors may lie under
``state_dict``, ``model`` or an EMA's entry, and their names may begin with ``module.``,
``backbone.``, ``backbone.bottom_up.`` and the like. The names themselves tell: those of a
hierarchical convolution are like no other network's.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from res2net_mm.errors import UserError

from .dialects import DIALECTS, Dialect, find_dialect, recognise

# Where training code keeps the model, the first that is there.
_WRAPPERS = (
    'state_dict', 'model', 'model_state', 'ema_state_dict', 'state_dict_ema', 'model_ema', 'net',
)  # fmt: skip
_DEEPEST = 8  # wrappers around each other
# Every rule there is: each is some dialect's, but for that of DLA.
_RULES = tuple(dict.fromkeys([*(dialect.block_rule for dialect in DIALECTS.values()), 'dla']))
# Names that every Res2Net of some dialect has below its prefix.
_OWN_NAMES = re.compile(
    r'^(?P<prefix>|.*?\.)'
    r'(layer\d\.\d+\.(convs|bns)\.\d+\.\w+'
    r'|level\d\.(tree\d\.)+(convs|bns)\.\d+\.\w+'
    r'|res\d\.\d+\.(convs|bns)\.\d+\.\w+'
    r'|bb_\d_\d+\.\w+_branch2b_\d+\.\w+\.\w+'
    r'|res\d\.blocks\.\d+\.branch2b\.\d+\.\w+\.\w+)$'
)
_RESNET_NAME = re.compile(r'(layer|res)\d\.\d+\.conv2\.')


@dataclass(frozen=True)
class BackboneTensors:
    """A backbone's tensors under official names, and what their names gave away."""

    state: 'OrderedDict[str, Tensor]'
    dialect: Dialect
    block_rule: str
    prefix: str  # what stood before the backbone's names

    @property
    def is_dla(self) -> bool:
        """Whether the backbone is a DLA."""
        return _is_dla(self.state)


def backbone_tensors(
    checkpoint: Mapping[str, Any],
    *,
    dialect: str | None = None,
    prefix: str | None = None,
    source: str = 'the checkpoint',
) -> BackboneTensors:
    """Return the backbone's tensors of a checkpoint.

    A file of this package says which block rule it follows; of others the dialect decides it.

    Args:
        checkpoint: A state dict or a dict that holds one.
        dialect: Name of the dialect; by default the tensors' names decide.
        prefix: What stands before the backbone's names; by default found out.
        source: What to call the checkpoint in a message.

    Raises:
        UserError: There is no Res2Net in it, or several and none is named, or it follows a block
            rule that does not exist.
    """
    state = unwrap(checkpoint)
    metadata = getattr(state, '_metadata', None)
    metadata = metadata if isinstance(metadata, Mapping) else {}
    if prefix is None:
        prefix = _find_prefix(state, source)
    elif prefix and not prefix.endswith('.'):  # as MMEngine's configs write it
        prefix += '.'
    if not any(name.startswith(prefix) for name in state):
        raise UserError(f'no tensor of {source} begins with {prefix!r}: {some(state)}')
    below = OrderedDict(
        (name[len(prefix) :], value) for name, value in state.items() if name.startswith(prefix)
    )
    speaks = recognise(below) if dialect is None else find_dialect(dialect)
    if dialect is None and speaks.name == 'official' and prefix and 'head.fc.weight' in state:
        speaks = find_dialect('mmpretrain')  # whose names are official but for a deep stem
    stored = stored_rule(metadata.get(prefix.rstrip('.'))) or stored_rule(metadata.get(''))
    if stored and stored not in _RULES:
        raise UserError(
            f'{source} says that it follows block rule {stored!r:.40}; known: {", ".join(_RULES)}'
        )
    return BackboneTensors(
        state=speaks.to_official(below),
        dialect=speaks,
        block_rule=stored or ('dla' if _is_dla(below) else speaks.block_rule),
        prefix=prefix,
    )


def stored_rule(metadata: Mapping[str, Any] | None) -> str | None:
    """Return the block rule in the metadata of a backbone's state dict, if it is ours."""
    rule = metadata.get('block_rule') if isinstance(metadata, Mapping) else None
    return None if rule is None else str(rule)


def unwrap(checkpoint: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """Return the tensors of a checkpoint by name, without what surrounds them."""
    for _ in range(_DEEPEST):  # a damaged file may be wrapped in itself
        wrapped = (checkpoint.get(wrapper) for wrapper in _WRAPPERS)
        inner = next((entry for entry in wrapped if isinstance(entry, Mapping)), None)
        if inner is None:
            break
        checkpoint = inner
    tensors = OrderedDict(
        (name, value)
        for name, value in checkpoint.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    )
    if hasattr(checkpoint, '_metadata'):
        tensors._metadata = checkpoint._metadata
    return tensors


def some(names: Mapping[str, Any] | list[str], count: int = 4) -> str:
    """Return the first few names and how many there are."""
    names = list(names)
    more = f', ... ({len(names)} in all)' if len(names) > count else ''
    return ', '.join(names[:count]) + more


def _is_dla(state: Mapping[str, Any]) -> bool:
    return any(name.startswith('level2.') for name in state)


def _find_prefix(state: Mapping[str, Tensor], source: str) -> str:
    """Return what stands before the names of the one Res2Net in a state dict."""
    found = (_OWN_NAMES.match(name) for name in state)
    prefixes = list(dict.fromkeys(match['prefix'] for match in found if match))
    if len(prefixes) == 1:
        return prefixes[0]
    if prefixes:
        raise UserError(
            f'{source} holds several Res2Nets; say which by prefix=: '
            + ', '.join(map(repr, prefixes))
        )
    if not state:
        raise UserError(f'{source} holds no tensors by name')
    if any(_RESNET_NAME.search(name) for name in state):
        raise UserError(f'{source} holds weights of a plain ResNet: its blocks have no splits')
    raise UserError(f'{source} holds no Res2Net: {some(state)}')
