"""Write the config of a swap: it inherits the original and holds the changes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config_names import base_lines, import_lines, is_new_style
from res2net_mm.openmmlab.edit import dotted
from res2net_mm.whole_file import whole_file

from .change import Change

WIDTH = 100


def write_text(text: str, file: Path, *, overwrite: bool = False) -> None:
    """Write the whole of a text file, or raise UserError and write nothing."""
    if file.exists() and not overwrite:
        raise UserError(f'{file} exists: name another file, or ask to overwrite it')
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as partial:
            partial.write_text(text, encoding='utf-8')
    except OSError as error:
        raise UserError(f'{file} cannot be written: {error}') from error


def config_text(
    original: Path, folder: Path, notes: Iterable[str], changes: Iterable[Change]
) -> str:
    """Return the text of a config in a folder that inherits ``original`` and makes the changes.

    ``notes`` are a title and sentences for the head of the text, without full stops.
    """
    new_style = is_new_style(original)
    title, *others = notes
    lines = [
        f'# {title}.',
        *(f'# {note[0].upper()}{note[1:]}.' for note in others),
        *(import_lines if new_style else base_lines)(original, folder),
        '',
    ]
    tree: dict[Any, Any] = {}
    for change in changes:
        if any(isinstance(key, int) for key in change.path):
            place = dotted(change.path) if new_style else f'_base_.{dotted(change.path)}'
            lines.append(f'{place} = {_written(change.value, 0)}  # {change.why}')
            continue
        node = tree
        for key in change.path[:-1]:
            node = node.setdefault(key, {})
        node[change.path[-1]] = change
    for key, value in tree.items():
        if isinstance(value, Change):
            lines.append(f'{key} = {_written(value.value, 0)}  # {value.why}')
        elif new_style:
            lines.append(f'{key}.merge({_branch(value, 0)})')
        else:
            lines.append(f'{key} = {_branch(value, 0)}')
    return '\n'.join(lines) + '\n'


def _branch(tree: Mapping[Any, Any], depth: int) -> str:
    """Return a dict of changes as Python source, each below its reason."""
    indent = '    ' * (depth + 1)
    lines = ['dict(']
    reason = None
    for key, value in tree.items():
        if isinstance(value, Change):
            if value.why != reason:
                lines.append(f'{indent}# {value.why}')
            reason = value.why
            new = value.value
            if isinstance(new, Mapping) and isinstance(value.old, Mapping):
                new = {'_delete_': True, **new}
            lines.append(f'{indent}{key}={_written(new, depth + 1)},')
        else:
            lines.append(f'{indent}{key}={_branch(value, depth + 1)},')
    return '\n'.join([*lines, '    ' * depth + ')'])


def _written(value: Any, depth: int) -> str:
    """Return a value as Python source, in several lines if it is long."""
    line = _one_line(value)
    if not isinstance(value, Mapping) or len(line) + 4 * depth + 20 <= WIDTH:
        return line
    indent = '    ' * (depth + 1)
    items = [f'{indent}{key}={_written(part, depth + 1)},' for key, part in value.items()]
    return '\n'.join(['dict(', *items, '    ' * depth + ')'])


def _one_line(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = (f'{key}={_one_line(part)}' for key, part in value.items())
        return f'dict({", ".join(parts)})'
    if isinstance(value, list | tuple):
        inside = ', '.join(map(_one_line, value))
        comma = ',' if len(value) == 1 else ''
        return f'[{inside}]' if isinstance(value, list) else f'({inside}{comma})'
    return repr(value)
