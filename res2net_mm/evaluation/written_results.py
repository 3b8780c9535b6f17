"""What every evaluation ends with: intervals, the table, and files for later comparisons."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import with_intervals
from res2net_mm.evaluation.result import Result
from res2net_mm.whole_file import whole_file, write_json_file

R = TypeVar('R', bound=Result)


def report_result(
    result: R,
    table: Callable[[R], str],
    write: Callable[[R], str] | None,
    *,
    bootstrap: int,
    seed: int,
    say: Callable[[str], None],
    progress: bool = False,
) -> R:
    """Add intervals if they are asked for, print the table, write the files; return the result.

    Args:
        result: Scores without intervals.
        table: Returns the table of a result as text.
        write: Writes the files of a result and returns what was written; None for no files.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        say: Receives the table and what was written.
        progress: Whether to show progress.
    """
    if bootstrap:
        result = with_intervals(result, resamples=bootstrap, seed=seed, progress=progress)
    say('\n' + table(result))
    if write is not None:
        say(f'Written to {write(result)}')
    return result


def write_result(
    result: Result, path: str | Path, write_beside: Callable[[Path], Path], what: str
) -> str:
    """Write a result as JSON and, beside it, the arrays that its scores are made from.

    Args:
        result: The result.
        path: The JSON file.
        write_beside: Writes the arrays to a file of the same name that ends in ``.npz``, and
            returns its path.
        what: What the arrays are, in words.

    Returns:
        What was written, to be said after "Written to".
    """
    path = Path(path)
    written = write_json_file(result.to_dict(), path)
    return f'{written}, the {what} to {write_beside(path.with_suffix(".npz"))}'


def write_arrays(arrays: Mapping[str, Any], path: str | Path) -> Path:
    """Write arrays by name to an npz file that is whole or not there, making its folder."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        np.savez_compressed(partial, **arrays)
    return path


def read_arrays(path: str | Path, names: Iterable[str], what: str) -> dict[str, np.ndarray]:
    """Read arrays that ``write_arrays`` wrote; no code in the file is run.

    Args:
        path: The file.
        names: The arrays that it must hold.
        what: What it must hold, in words, for the error.

    Raises:
        UserError: The file cannot be read or lacks an array.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except Exception as error:  # an altered file may raise anything
        raise UserError(f'cannot read {what} in {path}: {error}') from error
