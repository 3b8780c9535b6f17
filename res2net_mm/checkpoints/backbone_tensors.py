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

from .dialects import Dialect, find_dialect, recognise

# Where training code keeps the model, the first that is there.
_WRAPPERS = (
    'state_dict', 'model', 'model_state', 'ema_state_dict', 'state_dict_ema', 'model_ema', 'net',
)  # fmt: skip
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
    checkpoint: Mapping[str, Any], *, dialect: str | None = None, prefix: str | None = None
) -> BackboneTensors:
    """Return the backbone's tensors of a checkpoint.

    A file of this package says which block rule it follows; of others the dialect decides it.

    Args:
        checkpoint: A state dict or a dict that holds one.
        dialect: Name of the dialect; by default the tensors' names decide.
        prefix: What stands before the backbone's names; by default found out.

    Raises:
        UserError: There is no Res2Net in it, or several and none is named.
    """
    state = unwrap(checkpoint)
    metadata = getattr(state, '_metadata', None) or {}
    if prefix is None:
        prefix = _find_prefix(state)
    elif prefix and not prefix.endswith('.'):  # as MMEngine's configs write it
        prefix += '.'
    if not any(name.startswith(prefix) for name in state):
        raise UserError(f'no tensor of the checkpoint begins with {prefix!r}: {some(state)}')
    below = OrderedDict(
        (name[len(prefix) :], value) for name, value in state.items() if name.startswith(prefix)
    )
    speaks = recognise(below) if dialect is None else find_dialect(dialect)
    if dialect is None and speaks.name == 'official' and prefix and 'head.fc.weight' in state:
        speaks = find_dialect('mmpretrain')  # whose names are official but for a deep stem
    stored = stored_rule(metadata.get(prefix.rstrip('.'))) or stored_rule(metadata.get(''))
    return BackboneTensors(
        state=speaks.to_official(below),
        dialect=speaks,
        block_rule=stored or ('dla' if _is_dla(below) else speaks.block_rule),
        prefix=prefix,
    )


def stored_rule(metadata: Mapping[str, Any] | None) -> str | None:
    """Return the block rule in the metadata of a backbone's state dict, if it is ours."""
    return metadata.get('block_rule') if isinstance(metadata, Mapping) else None


def unwrap(checkpoint: Mapping[str, Any]) -> Mapping[str, Tensor]:
    """Return the tensors of a checkpoint by name, without what surrounds them."""
    for wrapper in _WRAPPERS:
        inner = checkpoint.get(wrapper)
        if isinstance(inner, Mapping) and not isinstance(inner, Tensor):
            return unwrap(inner)
    tensors = OrderedDict((n, v) for n, v in checkpoint.items() if isinstance(v, Tensor))
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


def _find_prefix(state: Mapping[str, Tensor]) -> str:
    """Return what stands before the names of the one Res2Net in a state dict."""
    found = (_OWN_NAMES.match(name) for name in state)
    prefixes = list(dict.fromkeys(match['prefix'] for match in found if match))
    if len(prefixes) == 1:
        return prefixes[0]
    if prefixes:
        raise UserError(
            'the checkpoint holds several Res2Nets; say which by prefix=: '
            + ', '.join(map(repr, prefixes))
        )
    if not state:
        raise UserError('the checkpoint holds no tensors')
    if any(_RESNET_NAME.search(name) for name in state):
        raise UserError('these are weights of a plain ResNet: its blocks have no splits')
    raise UserError(f'the checkpoint holds no Res2Net: {some(state)}')
