"""The checkpoint that a run is resumed from: the last that is whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from res2net_mm.checkpoints import read_checkpoint
from res2net_mm.checkpoints.reading import DamagedFileError
from res2net_mm.errors import UserError

from .atomic_checkpoints import LAST_CHECKPOINT
from .same_run import RECORD, STATE

NEEDED = ('meta', 'state_dict', 'message_hub', 'optimizer')


class FoundCheckpoint(NamedTuple):
    """A checkpoint to resume from.

    Attributes:
        path: The file.
        meta: What it says about the run: ``epoch`` and ``iter`` done, ``seed``, and more.
        skipped: Newer files that cannot be resumed from, with the reason, a line each.
    """

    path: Path
    meta: Mapping[str, Any]
    skipped: tuple[str, ...] = ()


def latest_whole_checkpoint(work_dir: str | Path) -> FoundCheckpoint | None:
    """Return the last checkpoint of a run that is whole; None if there is none.

    Where the work directory says which run it is of, checkpoints of an earlier one are passed over.
    The file named in ``last_checkpoint`` comes first, then the others from the newest to the
    oldest. Each is read to its end before it is taken for whole.
    """
    return _search(Path(work_dir))[0]


def checkpoint_to_resume(work_dir: str | Path) -> FoundCheckpoint | None:
    """Return the same, for a run that is to begin anew where nothing was saved.

    Raises:
        UserError: There are checkpoints, but all are damaged.
    """
    found, damaged = _search(Path(work_dir))
    if found is None and damaged:
        raise UserError(
            f'no checkpoint in {work_dir} can be resumed from: {"; ".join(damaged)}; remove '
            'them to start anew'
        )
    return found


def _search(work_dir: Path) -> tuple[FoundCheckpoint | None, list[str]]:
    """Return the checkpoint to resume from, and what is wrong with those that are damaged."""
    skipped, damaged = [], []
    run = _run_of(work_dir)
    for path in _candidates(work_dir):
        try:
            meta = _resumable_meta(path)
            if run not in (None, _id_in(meta)):
                raise UserError(f'checkpoint {path} is of an earlier run in its folder')
        except UserError as error:
            skipped.append(f'not resumed from: {error}')
            if isinstance(error, DamagedFileError):
                damaged.append(str(error))
        else:
            return FoundCheckpoint(path, meta, tuple(skipped)), damaged
    return None, damaged


def named_checkpoint(path: str | Path) -> FoundCheckpoint:
    """Return a checkpoint to resume from that the user has named.

    Raises:
        UserError: It is not there, damaged, or not of a run; the last whole one beside it is named.
    """
    if '://' in str(path) or not str(path):
        raise UserError(
            f'{str(path)!r} cannot be resumed from: a file is needed, so fetch it first'
        )
    try:
        return FoundCheckpoint(Path(path), _resumable_meta(Path(path)))
    except UserError as error:
        other = latest_whole_checkpoint(Path(path).parent)
        hint = f'; the last whole one beside it is {other.path}' if other else ''
        raise UserError(f'{error}{hint}') from None


def _candidates(work_dir: Path) -> list[Path]:
    """Return the checkpoints of a work directory that may be resumed from, the likeliest first."""
    files = [
        file
        for file in work_dir.glob('*.pth')
        if file.is_file() and not file.name.startswith(('.', 'best_'))
    ]
    files.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
    note = work_dir / LAST_CHECKPOINT
    named = Path(note.read_text(errors='replace').strip()) if note.is_file() else Path()
    # A work directory that was moved holds the file under its name.
    first = [path for path in (named, work_dir / named.name) if path.is_file()]
    return list(dict.fromkeys([*first, *files]))


def _run_of(work_dir: Path) -> str | None:
    """Return the identity of the run that began last in a work directory, if it is written."""
    try:
        return json.loads((work_dir / RECORD).read_text()).get('id')
    except (OSError, ValueError, AttributeError):  # none, or another program's file
        return None


def _id_in(meta: Mapping[str, Any]) -> str | None:
    """Return the identity of the run that wrote a checkpoint, if it says so."""
    try:
        return json.loads(meta[STATE]).get('id')
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _resumable_meta(path: Path) -> Mapping[str, Any]:
    checkpoint = read_checkpoint(path)
    missing = [key for key in NEEDED if not isinstance(checkpoint.get(key), Mapping)]
    if missing:
        raise UserError(
            f'checkpoint {path} cannot be resumed from: it holds no {", ".join(missing)}; to start '
            f'a new run from its weights, give --cfg-options load_from={path}'
        )
    return checkpoint['meta']
