"""Find the backbone's tensors in a checkpoint.

A checkpoint may be of a bare backbone, a classifier or a whole detector. The tensors may be under
``state_dict``, ``model`` or an EMA's entry, and their names may begin with ``module.``,
``backbone.``, ``backbone.bottom_up.`` and the like. They are found by the names that only
hierarchical convolutions have.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from res2net_mm.errors import UserError, argument

from .averaged import AVERAGED, TRAINED
from .dialects import DIALECTS, Dialect, find_dialect, recognise

# The keys under which training code saves the model; the first that is found counts.
_WRAPPERS = (*TRAINED, *AVERAGED)
_DEEPEST = 8  # nested wrappers
# All block rules: those of the dialects, and that of DLA.
_RULES = tuple(dict.fromkeys([*(dialect.block_rule for dialect in DIALECTS.values()), 'dla']))
# Names that every Res2Net has, in one dialect or another, behind its prefix.
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
    """A backbone's tensors under official names, and what the checkpoint says of them."""

    state: 'OrderedDict[str, Tensor]'
    dialect: Dialect
    block_rule: str  # that the weights were trained with
    prefix: str  # the beginning of the backbone's names in the checkpoint


def backbone_tensors(
    checkpoint: Mapping[str, Any],
    *,
    dialect: str | None = None,
    prefix: str | None = None,
    source: str = 'the checkpoint',
) -> BackboneTensors:
    """Return the backbone's tensors of a checkpoint.

    The block rule is read from the metadata that this package saves; without it, it is the one of
    the dialect.

    Args:
        checkpoint: A state dict or a dict that holds one.
        dialect: The name of the dialect; by default it is recognised by the tensors' names.
        prefix: The beginning of the backbone's names; by default it is found.
        source: The name of the checkpoint in errors.

    Raises:
        UserError: The checkpoint holds no Res2Net, or several and ``prefix`` is not given, or its
            block rule is unknown.
    """
    state = unwrap(checkpoint)
    metadata = getattr(state, '_metadata', None)
    metadata = metadata if isinstance(metadata, Mapping) else {}
    if prefix is None:
        prefix = _find_prefix(state, source)
    elif prefix and not prefix.endswith('.'):  # MMEngine's configs write it without the dot
        prefix += '.'
    if not any(name.startswith(prefix) for name in state):
        raise UserError(f'no tensor of {source} begins with {prefix!r}: {some(state)}')
    below = OrderedDict(
        (name[len(prefix) :], value) for name, value in state.items() if name.startswith(prefix)
    )
    used = recognise(below) if dialect is None else find_dialect(dialect)
    if dialect is None and used.name == 'official' and prefix and 'head.fc.weight' in state:
        used = find_dialect('mmpretrain')  # differs from official in a deep stem and the head only
    stored = stored_rule(metadata.get(prefix.rstrip('.'))) or stored_rule(metadata.get(''))
    if stored and stored not in _RULES:
        raise UserError(
            f'{source} says that it follows block rule {stored!r:.40}; known: {", ".join(_RULES)}'
        )
    return BackboneTensors(
        state=used.to_official(below),
        dialect=used,
        block_rule=stored or ('dla' if is_dla(below) else used.block_rule),
        prefix=prefix,
    )


def stored_rule(metadata: Mapping[str, Any] | None) -> str | None:
    """Return the block rule in the metadata of a backbone's state dict, None without one."""
    rule = metadata.get('block_rule') if isinstance(metadata, Mapping) else None
    return None if rule is None else str(rule)


def unwrap(checkpoint: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """Return the tensors of a checkpoint by name, whatever they are wrapped in."""
    for _ in range(_DEEPEST):  # a damaged file may contain itself
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
        set_metadata(tensors, checkpoint._metadata)
    return tensors


def set_metadata(state: Any, metadata: Any) -> None:
    """Set the metadata of a state dict: a dict for each module, which PyTorch saves with it."""
    state._metadata = metadata


def some(names: Iterable[str], count: int = 4) -> str:
    """Return the first few names, and the number of all."""
    names = list(names)
    more = f', ... ({len(names)} in all)' if len(names) > count else ''
    return ', '.join(names[:count]) + more


def is_dla(state: Iterable[str]) -> bool:
    """Return whether tensor names are of a DLA."""
    return any(name.startswith('level2.') for name in state)


def _find_prefix(state: Mapping[str, Tensor], source: str) -> str:
    """Return the beginning of the names of the one Res2Net in a state dict."""
    found = (_OWN_NAMES.match(name) for name in state)
    prefixes = list(dict.fromkeys(match['prefix'] for match in found if match))
    if len(prefixes) == 1:
        return prefixes[0]
    if prefixes:
        raise UserError(
            f'{source} holds several Res2Nets; choose one by {argument("prefix")}: '
            + ', '.join(map(repr, prefixes))
        )
    if not state:
        raise UserError(f'{source} holds no tensors by name')
    if any(_RESNET_NAME.search(name) for name in state):
        raise UserError(f'{source} holds weights of a plain ResNet: its blocks have no splits')
    raise UserError(f'{source} holds no Res2Net: {some(state)}')
