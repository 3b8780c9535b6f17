"""Choose the checkpoint that a run starts or resumes from: the last one that is whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from res2net_mm.checkpoints import open_checkpoint, read_checkpoint
from res2net_mm.checkpoints.reading import DamagedFileError
from res2net_mm.errors import UserError, argument

from .runs.atomic_checkpoints import LAST_CHECKPOINT
from .runs.same_run import RECORD, STATE

NEEDED = ('meta', 'state_dict', 'message_hub', 'optimizer')


class FoundCheckpoint(NamedTuple):
    """A checkpoint to resume from, and its ``meta``: ``epoch``, ``iter``, ``seed`` and more."""

    path: Path
    meta: Mapping[str, Any]


def set_checkpoint(cfg: Config, resume: str | bool) -> list[str]:
    """Set ``load_from``, ``resume`` and the seed of a config.

    A run that is to be resumed but has saved nothing yet starts as the config says.

    Args:
        cfg: The config, changed in place.
        resume: A checkpoint, True for the last whole one of the work directory, or False for what
            the config says.

    Returns:
        What to log, a line each.

    Raises:
        UserError: The checkpoint cannot be read or resumed from.
    """
    began_from = cfg.get('load_from')
    if resume is False:
        resume = cfg.get('resume', False) and (began_from or True)
    cfg.resume = False
    if resume is False or resume is None:  # an empty name is refused below
        if not began_from:
            return []
        open_checkpoint(began_from)  # refused now, and not once the data is read
        return [f'starting from the weights of {began_from}']
    found, messages = (
        checkpoint_to_resume(cfg.work_dir) if resume is True else (named_checkpoint(resume), [])
    )
    if found is None:
        messages.append(f'{cfg.work_dir} holds no checkpoint to resume from: the run starts anew')
        return messages + ([f'starting from the weights of {began_from}'] if began_from else [])
    cfg.load_from, cfg.resume = str(found.path), True
    # MMEngine takes the seed from the checkpoint only after it has built the data loaders.
    cfg.randomness = {**(cfg.get('randomness') or {}), 'seed': found.meta.get('seed')}
    messages.append(f'resuming from {cfg.load_from}')
    if began_from not in (None, cfg.load_from):
        messages.append(f'load_from={began_from}, where the run began, is not loaded again')
    return messages


def latest_whole_checkpoint(work_dir: str | Path) -> FoundCheckpoint | None:
    """Return the last checkpoint of a run that is whole; None if there is none.

    Checkpoints of an earlier run in the same folder are passed over, where ``run.json`` says which
    run is the last. The file named in ``last_checkpoint`` comes first, then the others from the
    newest to the oldest. Each is read to its end before it counts as whole.
    """
    return _search(Path(work_dir))[0]


def checkpoint_to_resume(work_dir: str | Path) -> tuple[FoundCheckpoint | None, list[str]]:
    """Return that checkpoint, and what to log: the files that were passed over, with the reasons.

    Raises UserError where there are checkpoints, but all are damaged.
    """
    found, passed_over, damaged = _search(Path(work_dir))
    if found is None and damaged:
        raise UserError(
            f'no checkpoint in {work_dir} can be resumed from: {"; ".join(damaged)}; remove '
            'them to start anew'
        )
    return found, passed_over


def named_checkpoint(path: str | Path) -> FoundCheckpoint:
    """Return a checkpoint to resume from that the user has named, or raise UserError.

    The error names the last whole checkpoint beside it.
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
    damaged: list[str] = []
    record = work_dir / RECORD
    run = _run_id(record.read_text(errors='replace') if record.is_file() else None)
    for path in candidates:
        try:
            meta = _resumable_meta(path)
            if run not in (None, _run_id(meta.get(STATE))):
                raise UserError(f'checkpoint {path} is of an earlier run in its folder')
            return FoundCheckpoint(path, meta), passed_over, damaged
        except UserError as error:
            passed_over.append(f'not resumed from: {error}')
            if isinstance(error, DamagedFileError):
                damaged.append(str(error))
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
    # A work directory that was moved holds the file under its name.
    first = [path for path in (Path(written), work_dir / Path(written).name) if path.is_file()]
    missing = []
    if written and not first:
        missing.append(f'not resumed from: {note} names {written}, which does not exist')
    return list(dict.fromkeys([*first, *files])), missing


def _run_id(text: Any) -> str | None:
    """Return the id of a run from its JSON; None without any, or where another program wrote it."""
    try:
        return json.loads(text).get('id')
    except (TypeError, ValueError, AttributeError):
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
