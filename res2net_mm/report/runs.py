"""What runs of all kinds share: paths, names, images, options, training logs."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Generic, TypeVar

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation import Comparison, compare_results
from res2net_mm.evaluation.result import Result
from res2net_mm.evaluation.size_bins import read_bins
from res2net_mm.report.by_size.verdict import in_words
from res2net_mm.report.training import TrainingLog, read_training_log

T = TypeVar('T')


@dataclass(frozen=True, eq=False)
class Run:
    """A run to compare."""

    name: str  # in the report
    options: Mapping[str, Any] | None  # how it was scored, as arguments; None for files
    log: TrainingLog | None  # of its training


R = TypeVar('R', bound=Run)


@dataclass(frozen=True, eq=False)
class KeptRun(Run, Generic[T]):
    """A run whose work directory keeps what the scores are made from."""

    kept: T


@dataclass(frozen=True)
class Models:
    """What is compared: models, each of one run or of several that differ in their seed."""

    names: Sequence[str]
    runs: Sequence[int]  # how many runs each model has; those of a model stand side by side

    def split(self, of_runs: Sequence[T]) -> list[list[T]]:
        """Return what there is for each run as a list for each model."""
        rest = iter(of_runs)
        return [list(islice(rest, count)) for count in self.runs]

    def first(self, of_runs: Sequence[T]) -> list[T]:
        """Return what there is for the first run of each model."""
        return [of_model[0] for of_model in self.split(of_runs)]

    def named(self, runs: Sequence[R]) -> list[R]:
        """Return the first run of each model, under the name of the model."""
        pairs = zip(self.first(runs), self.names, strict=True)
        return [replace(run, name=name) for run, name in pairs]

    def compare(self, results: Sequence[Result], **draws: Any) -> list[Comparison]:
        """Compare each other model with the first; ``draws`` are those of ``compare_results``."""
        first, *others = self.split(results)
        return [compare_results(first, other, **draws) for other in others]


def all_hold(paths: Sequence[str | Path], file: str, holding: str) -> bool:
    """Return whether all runs are folders with this file, which holds ``holding``.

    Raises:
        UserError: Some are and some are not.
    """
    held = [(Path(path) / file).is_file() for path in paths]
    if any(held) and not all(held):
        raise UserError(
            f'{paths[held.index(True)]} holds {holding} and {paths[held.index(False)]} none: runs '
            'of one kind can be compared'
        )
    return any(held)


def read_kept_runs(
    paths: Sequence[str | Path],
    names: Sequence[str] | None,
    result_file: str,
    read: Callable[[Path], T],
) -> list[KeptRun[T]]:
    """Read work directories of a metric that keeps what its scores are made from.

    Args:
        paths: The work directories.
        names: The names of the runs; None for those of their paths.
        result_file: The name of the file that tells the size bins.
        read: Takes a work directory, returns what it keeps.

    Raises:
        UserError: One of them cannot be read.
    """
    return [
        KeptRun(name, {'bins': read_bins(path / result_file)}, read_training_log(path), read(path))
        for path, name in name_runs(paths, names)
    ]


def name_runs(paths: Sequence[str | Path], names: Sequence[str] | None) -> list[tuple[Path, str]]:
    """Return the paths of two runs or more with their names, by default those of the paths."""
    files = [Path(path) for path in paths]
    if len(files) < 2:
        raise UserError(f'a comparison needs two runs or more, got {len(files)}')
    if names is None:
        # results.json in two folders: the folders tell them apart.
        names = [path.stem if path.suffix == '.json' else path.name for path in files]
        if len(set(names)) < len(names):
            names = [path.with_suffix('').as_posix() for path in files]
    elif len(names) != len(files):
        raise UserError(f'{argument("names")} gives {len(names)} names for {len(files)} runs')
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise UserError(
            f'two runs have the name {name!r}: tell them apart with {argument("names")}'
        )
    return list(zip(files, names, strict=True))


def name_models(
    sides: Sequence[Sequence[str | Path]], names: Sequence[str] | None
) -> Sequence[str]:
    """Return the names of models that have several runs: as given, or what their paths share."""
    if names is not None and len(names) != len(sides):
        raise UserError(
            f'{argument("names")} gives {len(names)} names for {len(sides)} models: with '
            f'{argument("against")} each side has one'
        )
    if names is None:
        names = [_shared_name(list(map(Path, side))) for side in sides]
    if len(set(names)) < len(names):
        raise UserError(
            f'both models have the name {names[0]!r}: tell them apart with {argument("names")}'
        )
    return names


def _shared_name(paths: Sequence[Path]) -> str:
    """Return what paths of the runs of a model begin with: ``r50`` of ``r50_seed0``, ``r50/0``."""
    texts = [path.as_posix() for path in paths]
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    shared = ''.join(letters[0] for letters in alike)
    shared = re.sub(r'[\W_]*(seed|run)?[\W_]*$', '', shared)
    return Path(shared).name or paths[0].name


def image_folder(images: str | Path | None) -> Path | None:
    """Return the folder of the images, if one is given; refuse one that does not exist."""
    if images is not None and not Path(images).is_dir():
        raise UserError(f'{images}, the folder of the images, does not exist')
    return None if images is None else Path(images)


def check_ground_truth(files: Sequence[Path], what: str, truth: str, **given: Any) -> None:
    """Require ``gt`` for runs that are files; refuse the options ``given`` without such runs.

    ``what`` and ``truth`` say in the error what the files and ``gt`` are.
    """
    if files and given['gt'] is None:
        listed = ', '.join(map(str, files))
        raise UserError(f'{listed}: {what} need {argument("gt")}, {truth}')
    if not files and any(value is not None for value in given.values()):
        verb = 'is' if len(given) == 1 else 'are'
        raise UserError(
            f'{in_words([argument(name) for name in given])} {verb} for {what}: a work directory '
            'says itself what it was scored against'
        )


def shared_options(runs: Sequence[Run], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return how to score all runs: as chosen, else as the work directories were, all alike."""
    options = {key: value for key, value in chosen.items() if value is not None}
    for key in ('bins', 'area_of', 'protocol', 'max_dets'):
        scored = [
            (run.name, run.options[key]) for run in runs if run.options and key in run.options
        ]
        if key in options or not scored:
            continue
        (first, value), *others = scored
        for name, other in others:
            if other != value:
                raise UserError(
                    f'{first} and {name} were scored with different {key}: {_text(value)} and '
                    f'{_text(other)}; choose with {argument(key)}'
                )
        # The limits on detections belong to the protocol of the evaluation.
        if key != 'max_dets' or chosen.get('protocol') is None:
            options[key] = value
    return options


def _text(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return ', '.join(
        f'{v.name} {v.limits} ({v.by})' if hasattr(v, 'limits') else str(v) for v in value
    )
