"""Find the checkpoint that a run is resumed from: the last one that is whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from res2net_mm.checkpoints import read_checkpoint
from res2net_mm.checkpoints.reading import DamagedFileError
from res2net_mm.errors import UserError, argument

from .atomic_checkpoints import LAST_CHECKPOINT
from .same_run import RECORD, STATE

NEEDED = ('meta', 'state_dict', 'message_hub', 'optimizer')


class FoundCheckpoint(NamedTuple):
    """A checkpoint to resume from.

    Attributes:
        path: The file.
        meta: What it holds about the run: ``epoch`` and ``iter`` done, ``seed``, and more.
    """

    path: Path
    meta: Mapping[str, Any]


def latest_whole_checkpoint(work_dir: str | Path) -> FoundCheckpoint | None:
    """Return the last checkpoint of a run that is whole; None if there is none.

    Checkpoints of an earlier run in the same folder are passed over, where ``run.json`` says which
    run is the last. The file named in ``last_checkpoint`` comes first, then the others from the
    newest to the oldest. Each is read to its end before it counts as whole.
    """
    return _search(Path(work_dir))[0]


def checkpoint_to_resume(work_dir: str | Path) -> tuple[FoundCheckpoint | None, list[str]]:
    """Return the same, and what to log: each file that was passed over, with the reason.

    Raises:
        UserError: There are checkpoints, but all are damaged.
    """
    found, passed_over, damaged = _search(Path(work_dir))
    if found is None and damaged:
        raise UserError(
            f'no checkpoint in {work_dir} can be resumed from: {"; ".join(damaged)}; remove '
            'them to start anew'
        )
    return found, passed_over


def named_checkpoint(path: str | Path) -> FoundCheckpoint:
    """Return a checkpoint to resume from that the user has named.

    Raises:
        UserError: It is not there, damaged, or not of a run; the last whole one beside it is named.
    """
    if '://' in str(path) or not str(path):
        raise UserError(
            f'{argument("resume", str(path))} cannot be resumed from: a file is needed, so fetch '
            'it first'
        )
    try:
        return FoundCheckpoint(Path(path), _resumable_meta(Path(path)))
    except UserError as error:
        other = latest_whole_checkpoint(Path(path).parent)
        hint = f'; the last whole one beside it is {other.path}' if other else ''
        raise UserError(f'{error}{hint}') from None


def _search(work_dir: Path) -> tuple[FoundCheckpoint | None, list[str], list[str]]:
    """Return the checkpoint to resume from, what was passed over, and what of that is damaged."""
    candidates, passed_over = _candidates(work_dir)
    damaged = []
    run = _id_in_record(work_dir)
    for path in candidates:
        try:
            meta = _resumable_meta(path)
            if run not in (None, _id_in_meta(meta)):
                raise UserError(f'checkpoint {path} is of an earlier run in its folder')
        except UserError as error:
            passed_over.append(f'not resumed from: {error}')
            if isinstance(error, DamagedFileError):
                damaged.append(str(error))
        else:
            return FoundCheckpoint(path, meta), passed_over, damaged
    return None, passed_over, damaged


def _candidates(work_dir: Path) -> tuple[list[Path], list[str]]:
    """Return the checkpoints that may be resumed from, the likeliest first, and what is missing."""
    files = [
        file
        for file in work_dir.glob('*.pth')
        if file.is_file() and not file.name.startswith(('.', 'best_'))
    ]
    files.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
    note = work_dir / LAST_CHECKPOINT
    written = note.read_text(errors='replace').strip() if note.is_file() else ''
    named = Path(written)
    # A work directory that was moved holds the file under its name.
    first = [path for path in (named, work_dir / named.name) if path.is_file()]
    missing = []
    if written and not first:
        missing.append(f'not resumed from: {note} names {written}, which does not exist')
    return list(dict.fromkeys([*first, *files])), missing


def _id_in_record(work_dir: Path) -> str | None:
    """Return the id of the run that began last in a work directory, None where none is written."""
    try:
        return json.loads((work_dir / RECORD).read_text()).get('id')
    except (OSError, ValueError, AttributeError):  # none, or another program's file
        return None


def _id_in_meta(meta: Mapping[str, Any]) -> str | None:
    """Return the id of the run that wrote a checkpoint, None where none is written."""
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
            f'a new run from its weights, give load_from={path} in {argument("cfg_options")}'
        )
    return checkpoint['meta']
