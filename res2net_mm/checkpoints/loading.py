"""Load weights into a backbone: all of them, or an error; never in silence."""

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.presets import find_weights

from .backbone_tensors import BackboneTensors, backbone_tensors
from .download import fetch
from .fitting import Fit, check, fit
from .reading import DamagedFileError, read_checkpoint

PRESET_SCHEME = 'res2net://'
_partial: ContextVar[bool] = ContextVar('partial', default=False)


@dataclass(frozen=True)
class LoadReport:
    """What was loaded from where; ``str()`` says it in one line."""

    file: str
    dialect: str
    block_rule: str  # in force after loading
    loaded: int  # tensors of the backbone
    total: int
    allowed_missing: dict[str, int]  # kind -> number of tensors the file may lack
    unused: dict[str, int]  # kind -> number of the file's tensors that are not the backbone's
    skipped: tuple[str, ...] = ()  # names, only if loading a part was asked for
    note: str = ''

    def __str__(self) -> str:
        counts = (('allowed to be missing', self.allowed_missing), ('not used', self.unused))
        parts = [
            f'{self.file}: dialect {self.dialect}, {self.loaded} of {self.total} backbone tensors '
            f'loaded, block rule {self.block_rule}',
            *(
                f'{title}: ' + ', '.join(f'{kind} ({n})' for kind, n in kinds.items())
                for title, kinds in counts
                if kinds
            ),
        ]
        if self.skipped:
            parts.append(f'SKIPPED {len(self.skipped)}: {", ".join(self.skipped[:4])}, ...')
        if self.note:
            parts.append(f'NOTE {self.note}')
        return '; '.join(parts)


def load_weights(
    model: nn.Module,
    source: str | Path,
    *,
    dialect: str | None = None,
    prefix: str | None = None,
    partial: bool = False,
    map_location: Any = 'cpu',
) -> LoadReport:
    """Load published or own weights into a backbone, or into the backbone of a model.

    The block rule the weights were trained with comes with them, unless the user named one.

    Args:
        model: A backbone of this package, or a model that has one.
        source: Path, https URL or ``res2net://<preset or alias>``.
        dialect: Whose names the file uses; by default its names decide. Networks with the 7x7 stem
            have the same names in official, timm and mmpretrain files, and compute the same.
        prefix: What stands before the backbone's names, where a file holds several backbones.
        partial: Load what fits and skip the rest, in place of an error.
        map_location: Where the file's tensors are put while loading.

    Raises:
        UserError: The file cannot be had or read, or does not fit; nothing was loaded then.
    """
    backbone = backbone_of(model)
    checkpoint = open_checkpoint(source, map_location)
    found = backbone_tensors(checkpoint, dialect=dialect, prefix=prefix, source=str(source))
    needed = backbone.state_dict()  # tensors that share their memory with the backbone's
    fitting = checked_fit(found.state, needed, str(source), partial=partial)
    with torch.no_grad():
        for name, tensor in fitting.fitting.items():
            needed[name].copy_(tensor)
    return report_loading(backbone, found, fitting, str(source), total=len(needed))


@contextlib.contextmanager
def partial_loading() -> Iterator[None]:
    """Let ``load_state_dict`` and MMEngine's loading skip what does not fit, while it lasts."""
    token = _partial.set(True)
    try:
        yield
    finally:
        _partial.reset(token)


def open_checkpoint(source: str | Path, map_location: Any = 'cpu') -> dict[str, Any]:
    """Read a checkpoint from a path, an https URL or ``res2net://<preset or alias>``.

    A download that turns out to be damaged is fetched once more.
    """
    text = str(source)
    if text.startswith(PRESET_SCHEME):
        urls = find_weights(text[len(PRESET_SCHEME) :]).urls
    elif '://' in text:
        urls = (text,)
    else:
        return read_checkpoint(source, map_location)
    try:
        return read_checkpoint(fetch(urls), map_location)
    except DamagedFileError:
        return read_checkpoint(fetch(urls, again=True), map_location)


def backbone_of(model: nn.Module) -> nn.Module:
    """Return the one backbone of this package that a model is or has."""
    found = [module for module in model.modules() if hasattr(module, 'block_rule_given')]
    if len(found) == 1:
        return found[0]
    how_many = 'no backbone' if not found else f'{len(found)} backbones'
    raise UserError(f'{type(model).__name__} has {how_many} of this package, not one')


def checked_fit(
    state: Mapping[str, Tensor], needed: Mapping[str, Tensor], source: str, *, partial: bool = False
) -> Fit:
    """Return how tensors fit a backbone, or raise UserError if they do not do so whole."""
    found = fit(state, needed)
    if not (partial or _partial.get()):
        check(found, state, needed, source)
    return found


def report_loading(
    backbone: nn.Module, found: BackboneTensors, fitting: Fit, source: str, *, total: int
) -> LoadReport:
    """Give the backbone its weights' block rule, and say what was loaded (its ``load_report``)."""
    notes = []
    if backbone.block_rule_given and backbone.block_rule != found.block_rule:
        notes.append(
            f'the weights follow block rule {found.block_rule!r}, but block_rule='
            f'{backbone.block_rule!r} was given and is kept: from the first stage on the features '
            'are not what the weights were trained for'
        )
    elif backbone.block_rule != found.block_rule:
        backbone.set_block_rule(found.block_rule)
    style = getattr(backbone, 'style', 'pytorch')
    if found.dialect.style != style and found.dialect.style == 'caffe':
        notes.append(
            f"{found.dialect.name} puts a block's stride into its 1x1 convolution: to compute what "
            "it does, build the backbone with style='caffe'"
        )
    backbone.load_report = LoadReport(
        file=source,
        dialect=found.dialect.name,
        block_rule=backbone.block_rule,
        loaded=len(fitting.fitting),
        total=total,
        allowed_missing=fitting.lacking,
        unused=fitting.unused,
        skipped=(*fitting.missing, *fitting.unexpected, *fitting.misshapen),
        note='; '.join(notes),
    )
    return backbone.load_report
