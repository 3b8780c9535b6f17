"""How runs are given: paths, what to call them, where their images are."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from res2net_mm.errors import UserError


def name_runs(paths: Sequence[str | Path], names: Sequence[str] | None) -> list[tuple[Path, str]]:
    """The paths of two runs or more, each with a name of its own.

    Args:
        paths: Of the runs.
        names: As chosen; None for the names of their paths.

    Raises:
        UserError: If there are fewer than two, or names that do not tell them apart.
    """
    paths = [Path(path) for path in paths]
    if len(paths) < 2:
        raise UserError(f'a comparison needs two runs or more, got {len(paths)}')
    if names is not None:
        if len(names) != len(paths):
            raise UserError(f'--names gives {len(names)} names for {len(paths)} runs')
        chosen = list(names)
    else:
        # results.json in two folders: the folders tell them apart.
        chosen = [path.stem if path.suffix == '.json' else path.name for path in paths]
        if len(set(chosen)) < len(chosen):
            chosen = [path.with_suffix('').as_posix() for path in paths]
    twice = [name for name, times in Counter(chosen).items() if times > 1]
    if twice:
        raise UserError(f'two runs have the name {twice[0]!r}: tell them apart with --names')
    return list(zip(paths, chosen, strict=True))


def image_folder(images: str | Path | None) -> Path | None:
    """The folder of the images, if one is given.

    Raises:
        UserError: If it does not exist.
    """
    if images is not None and not Path(images).is_dir():
        raise UserError(f'{images}, the folder of the images, does not exist')
    return None if images is None else Path(images)
