"""Load weights into a backbone: all of them, or an error.

``load_weights`` does so at once. A hook of every backbone does the same for ``load_state_dict``,
MMEngine's ``load_from`` and ``resume``, and EMA. Tensors that do not fit are an error even with
``strict=False``, since the backbone would keep random weights.
"""

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from mmengine.logging import print_log
from torch import nn

from res2net_mm.errors import UserError

from .averaged import choose_weights
from .backbone_tensors import BackboneTensors, backbone_tensors, set_metadata, stored_rule
from .fitting import Fit, fit
from .sources import open_checkpoint

_partial: ContextVar[bool] = ContextVar('partial', default=False)


@dataclass(frozen=True)
class LoadReport:
    """What was loaded; ``str()`` gives one line.

    Attributes:
        file: The checkpoint.
        dialect: Its dialect.
        block_rule: The block rule of the backbone after loading.
        loaded: The number of the backbone's tensors that were loaded.
        total: The number of the backbone's tensors.
        allowed_missing: Kind -> number of tensors that the checkpoint lacks and may lack.
        unused: Kind -> number of tensors of the checkpoint that the backbone does not have.
        skipped: The names of tensors that do not fit (partial loading only).
        note: What computes other features than the weights were trained for.
        averaged: What averaged weights the checkpoint holds and whether they were taken.
    """

    file: str
    dialect: str
    block_rule: str
    loaded: int
    total: int
    allowed_missing: dict[str, int]
    unused: dict[str, int]
    skipped: tuple[str, ...] = ()
    note: str = ''
    averaged: str = ''

    def __str__(self) -> str:
        counts = (('allowed to be missing', self.allowed_missing), ('not used', self.unused))
        parts = [
            f'{self.file}: dialect {self.dialect}, {self.loaded} of {self.total} backbone tensors '
            f'loaded, block rule {self.block_rule}'
        ]
        for title, kinds in counts:
            if kinds:
                parts.append(f'{title}: ' + ', '.join(f'{kind} ({n})' for kind, n in kinds.items()))
        if self.averaged:
            parts.append(self.averaged)
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
    weights: str | None = None,
    partial: bool = False,
    map_location: Any = 'cpu',
) -> LoadReport:
    """Load weights into a backbone, or into the backbone of a model.

    The backbone gets the block rule that the weights were trained with, unless it was built with
    ``block_rule``.

    Args:
        model: A backbone of this package, or a model that has one.
        source: A path, an https URL, ``res2net://<preset or alias>`` or
            ``hf://<owner>/<repository>/<file>``.
        dialect: The dialect of the file; by default it is recognised by the tensors' names. With
            the 7x7 stem, official, timm and mmpretrain have the same names and compute the same.
        prefix: The beginning of the backbone's names, if the file holds several backbones.
        weights: ``ema`` for the averaged weights of a file that holds them beside the trained ones
            (``state_dict_ema``, ``model_ema``), which are taken by default. Of MMEngine's EMAHook
            both are the average, which it saves as ``state_dict``.
        partial: Whether to load the tensors that fit and skip the others.
        map_location: The device of the file's tensors while they are loaded.

    Raises:
        UserError: The file cannot be fetched or read, or does not fit; nothing is loaded.
    """
    backbone = backbone_of(model)
    checkpoint, averaged = choose_weights(
        open_checkpoint(source, map_location), weights, str(source)
    )
    found = backbone_tensors(checkpoint, dialect=dialect, prefix=prefix, source=str(source))
    needed = backbone.state_dict()  # shares its memory with the backbone
    fitting = fit(found.state, needed, str(source), partial=partial or _partial.get())
    with torch.no_grad():
        for name, tensor in fitting.fitting.items():
            needed[name].copy_(tensor)
    return report_loading(
        backbone, found, fitting, str(source), total=len(needed), averaged=averaged
    )


@contextlib.contextmanager
def partial_loading() -> Iterator[None]:
    """Let ``load_state_dict`` and MMEngine skip tensors that do not fit, inside the block."""
    token = _partial.set(True)
    try:
        yield
    finally:
        _partial.reset(token)


def backbone_of(model: nn.Module) -> nn.Module:
    """Return the backbone of this package that a model is or has; UserError unless it is one."""
    found = [module for module in model.modules() if hasattr(module, 'block_rule_given')]
    if len(found) == 1:
        return found[0]
    how_many = 'no backbone' if not found else f'{len(found)} backbones'
    raise UserError(f'{type(model).__name__} has {how_many} of this package, not one')


def report_loading(
    backbone: Any,
    found: BackboneTensors,
    fitting: Fit,
    source: str,
    *,
    total: int,
    averaged: str = '',
) -> LoadReport:
    """Set the backbone's block rule to that of its weights; return its new ``load_report``."""
    notes = []
    if backbone.block_rule_given and backbone.block_rule != found.block_rule:
        notes.append(
            f'the weights follow block rule {found.block_rule!r}, but block_rule='
            f'{backbone.block_rule!r} was given and is kept: from the first stage on the features '
            'are not what the weights were trained for'
        )
    elif backbone.block_rule != found.block_rule:
        backbone.set_block_rule(found.block_rule)
    if found.dialect.style == 'caffe' and getattr(backbone, 'style', 'pytorch') != 'caffe':
        notes.append(
            f"{found.dialect.name} puts a block's stride into its 1x1 convolution: to compute what "
            "it does, build the backbone with style='caffe'"
        )
    report = LoadReport(
        file=source,
        dialect=found.dialect.name,
        block_rule=backbone.block_rule,
        loaded=len(fitting.fitting),
        total=total,
        allowed_missing=fitting.lacking,
        unused=fitting.unused,
        skipped=(*fitting.missing, *fitting.unexpected, *fitting.misshapen),
        note='; '.join(notes),
        averaged=averaged,
    )
    backbone.load_report = report
    return report


def accept_dialects(backbone: nn.Module) -> None:
    """Have a backbone load every dialect, and store its block rule in its state dicts.

    The rule is stored in the state dict's metadata, which PyTorch and MMEngine save. Other programs
    ignore it, so that timm and the official code can load the checkpoint.

    Args:
        backbone: A module with ``block_rule``, ``block_rule_given`` and ``set_block_rule(rule)``.
    """
    backbone._register_state_dict_hook(_store_rule)
    backbone._register_load_state_dict_pre_hook(_translate, with_module=True)


def _store_rule(backbone: Any, state: object, prefix: str, metadata: dict[str, Any]) -> None:
    metadata['block_rule'] = backbone.block_rule


def _translate(
    backbone: nn.Module, state: dict[str, Any], prefix: str, metadata: dict[str, Any], *_: Any
) -> None:
    """Rename the backbone's tensors in ``state`` to its own names, or raise UserError."""
    place = f'checkpoint for {prefix.rstrip(".")}' if prefix else 'checkpoint'
    below = OrderedDict((n[len(prefix) :], v) for n, v in state.items() if n.startswith(prefix))
    if not below:
        raise UserError(
            f'the {place} holds no tensor of it; if it is of a backbone alone, give it as the '
            "backbone's init_cfg=dict(type='Pretrained', checkpoint=...) in place of load_from"
        )
    if not prefix and hasattr(state, '_metadata'):
        set_metadata(below, state._metadata)
    found = backbone_tensors(below, source=f'the {place}')
    found = replace(found, block_rule=stored_rule(metadata) or found.block_rule)
    needed = backbone.state_dict()
    fitting = fit(found.state, needed, f'the {place}', partial=_partial.get())
    for name in below:
        del state[prefix + name]
    for name, own in needed.items():  # tensors that may be missing stay as they are
        state[prefix + name] = fitting.fitting.get(name, own)
    report = report_loading(backbone, found, fitting, place, total=len(needed))
    print_log(str(report), logger='current')
