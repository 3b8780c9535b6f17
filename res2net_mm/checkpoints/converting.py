"""Write a checkpoint with the names of another publisher."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from res2net_mm.errors import UserError
from res2net_mm.whole_file import whole_file

from .averaged import choose_weights
from .backbone_tensors import BackboneTensors, backbone_tensors, is_dla, set_metadata, some, unwrap
from .dialects import DIALECTS, Dialect, find_dialect
from .sources import open_checkpoint

WRITABLE = tuple(name for name, dialect in DIALECTS.items() if dialect.writable)


@dataclass(frozen=True)
class ConversionReport:
    """What was converted; ``str()`` gives one line."""

    source: str
    target: str
    from_dialect: str
    to_dialect: str
    tensors: int
    left_out: tuple[str, ...]
    note: str = ''

    def __str__(self) -> str:
        parts = [
            f'{self.source} ({self.from_dialect}) -> {self.target} ({self.to_dialect}): '
            f'{self.tensors} tensors'
        ]
        if self.left_out:
            parts.append(
                f'left out, as {self.to_dialect} has no place for it: {some(self.left_out)}'
            )
        if self.note:
            parts.append(f'NOTE {self.note}')
        return '; '.join(parts)


def convert_checkpoint(
    source: str | Path,
    target: str | Path,
    *,
    to: str,
    dialect: str | None = None,
    prefix: str | None = None,
    weights: str | None = None,
) -> ConversionReport:
    """Write the weights of a checkpoint under the names of another dialect.

    A backbone or classifier is written as one. A detector is written whole with mmdet's names; for
    other dialects only its backbone is written.

    Args:
        source: As :func:`open_checkpoint` takes it.
        target: The file to write: in the format of safetensors if it ends in ``.safetensors``, else
            in PyTorch's. It holds tensors only.
        to: ``official``, ``timm``, ``mmdet`` or ``mmpretrain``.
        dialect: The dialect of the source; by default it is recognised by the tensors' names.
        prefix: The beginning of the backbone's names, if the source holds several backbones.
        weights: ``ema`` for the averaged weights, as in :func:`res2net_mm.load_weights`.

    Raises:
        UserError: The source cannot be read, or the target cannot be written; nothing is written.
    """
    into = find_dialect(to)
    if not into.writable:
        raise UserError(f'dialect {to!r} is read, not written; allowed: {", ".join(WRITABLE)}')
    checkpoint, averaged = choose_weights(open_checkpoint(source), weights, str(source))
    found = backbone_tensors(checkpoint, dialect=dialect, prefix=prefix, source=str(source))
    tensors, rule_at, left_out = _rewrite(found, unwrap(checkpoint), into)
    _write(Path(target), tensors, found.block_rule, rule_at)
    note = ''
    if into.block_rule != found.block_rule and not is_dla(found.state):
        note = (
            f'the weights follow block rule {found.block_rule!r} and {to} computes '
            f'{into.block_rule!r}, so its features differ from the first stage on; this package '
            'keeps the rule, which the file carries'
        )
    return ConversionReport(
        str(source),
        str(target),
        found.dialect.name,
        to,
        len(tensors),
        tuple(left_out),
        '; '.join(filter(None, [note, averaged])),
    )


def _rewrite(
    found: BackboneTensors, everything: Mapping[str, Tensor], into: Dialect
) -> tuple['OrderedDict[str, Tensor]', str, list[str]]:
    """Return the tensors with a dialect's names, the prefix of their backbone, and those left out.

    The order is kept, since the state of an optimizer depends on it.
    """
    if is_dla(found.state) and into.name in ('mmdet', 'mmpretrain'):
        raise UserError(f'{into.name} has no DLA of Res2Net blocks: convert to official or timm')
    outside = [n for n in everything if not n.startswith(found.prefix) and not _is_head(n)]
    if into.name == 'mmdet' and outside:  # a whole model stays one
        theirs_in_order = iter(into.from_official(found.state).items())
        whole: OrderedDict[str, Tensor] = OrderedDict()
        for name, tensor in everything.items():
            if name.startswith(found.prefix):
                theirs, tensor = next(theirs_in_order)
                name = found.prefix + theirs
            whole[name] = tensor
        return whole, found.prefix, []
    bare = OrderedDict(found.state)
    if found.prefix:
        bare.update((n.removeprefix('head.'), t) for n, t in everything.items() if _is_head(n))
    # The official DLA files hold projections that are not used: the tree below has its own.
    idle = [
        name
        for name in bare
        if into.name == 'timm'
        and '.project.' in name
        and f'{name.partition(".project.")[0]}.tree1.conv1.weight' not in bare
    ]
    renamed = into.from_official({n: t for n, t in bare.items() if n not in idle})
    placed = OrderedDict(
        (f'head.{n}' if into.root and n.startswith('fc.') else f'{into.root}{n}', tensor)
        for n, tensor in renamed.items()
    )
    return placed, into.root, [*idle, *outside]


def _is_head(name: str) -> bool:
    return name in ('head.fc.weight', 'head.fc.bias')


def _write(target: Path, tensors: 'OrderedDict[str, Tensor]', rule: str, rule_at: str) -> None:
    """Write the whole of a file of tensors and their block rule, or nothing."""
    if not target.name or target.is_dir():
        raise UserError(f'{target} is a folder: name the file to write')
    if not target.parent.is_dir():
        raise UserError(f'folder {target.parent} does not exist')
    try:
        with whole_file(target) as part, part.open('wb') as file:
            if target.suffix == '.safetensors':
                # Copies, since safetensors refuses tensors that share their memory.
                copies = {
                    name: tensor.clone(memory_format=torch.contiguous_format)
                    for name, tensor in tensors.items()
                }
                header = dict(format='pt', block_rule=rule, order='\n'.join(tensors))
                file.write(safetensors.torch.save(copies, header))
            else:
                metadata = OrderedDict({rule_at.rstrip('.'): dict(block_rule=rule)})
                set_metadata(tensors, metadata)
                torch.save(tensors, file)
    except OSError as error:
        raise UserError(f'{target} cannot be written: {error}') from None
