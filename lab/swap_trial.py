"""Swap one shipped config, and run the original model and the swapped one.

Run as a program (``python -m lab.swap_trial PRESET FILE NAME ...``) it appends a line of
JSON for each name: models stay in a process of their own, which may die of them.
"""

import hashlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, MutableMapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError, brief
from res2net_mm.openmmlab.config_names import shipped_file, shipped_folder
from res2net_mm.openmmlab.edit import plain
from res2net_mm.swap import swap
from res2net_mm.swap.whole_model import run


@dataclass(frozen=True)
class Trial:
    """What came of one config; each reason is empty where all went well.

    Attributes:
        name: The config, ``mmdet::<folder>/<file>.py``.
        preset: The network that was put in.
        original: Why the original model does not run.
        swapped: Why the config is not swapped, or the swapped model does not run.
        seconds: How long it took.
        models: What came of running each model, by its fingerprint: the original, the swapped one.
    """

    name: str
    preset: str
    original: str
    swapped: str
    seconds: float
    models: dict[str, str] = field(default_factory=dict)


def try_swap(name: str, preset: str, known: MutableMapping[str, str] | None = None) -> Trial:
    """Swap a shipped config and run both models, with random weights, on a small image.

    Many configs differ in the schedule or the data only. Each is swapped, but a model whose
    settings are those of one that has run already is not run again.

    Args:
        name: The config.
        preset: The network to put in.
        known: What came of models that have run, by fingerprint; those of this config are added.
    """
    known = {} if known is None else known
    start = time.perf_counter()
    cfg = Config.fromfile(shipped_file(name))
    models: dict[str, str] = {}

    def run_once(cfg: Config) -> str:
        model = fingerprint(cfg)
        if model not in known:
            known[model] = _reason(lambda: run(cfg))
        models[model] = known[model]
        return known[model]

    def run_swapped() -> str:
        try:
            swapped = swap(cfg, preset, check=False).config
        except Exception as error:  # whatever goes wrong is the result
            return _said(error)
        return run_once(swapped)

    original = run_once(cfg)
    swapped = original or run_swapped()
    seconds = round(time.perf_counter() - start, 1)
    return Trial(name, preset, original, swapped, seconds, models)


def fingerprint(cfg: Config) -> str:
    """Return what two configs share exactly if their models run alike: a hash of the settings."""
    settings = [cfg.get('default_scope'), plain(cfg.model), plain(cfg.get('data_preprocessor'))]
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]


def read(file: Path) -> list[Trial]:
    """Return the trials in a file of JSON lines, none if there is no file.

    Raises:
        UserError: It holds something else.
    """
    if not file.exists():
        return []
    try:
        return [Trial(**json.loads(line)) for line in file.read_text().splitlines() if line]
    except (ValueError, TypeError) as error:
        raise UserError(f'{file} does not hold the results of this command: {error}') from error


def append(file: Path, trial: Trial) -> None:
    """Append a trial to a file of JSON lines, whole even where several processes write."""
    with file.open('a', encoding='utf-8') as lines:
        lines.write(json.dumps(asdict(trial)) + '\n')


def _reason(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except Exception as error:  # whatever the model raises is the result
        return _said(error)
    return ''


def _said(error: Exception) -> str:
    return f'refused: {error}' if isinstance(error, UserError) else brief(error)


def main(preset: str, file: str, names: list[str]) -> None:
    """Try the configs and append what came of each to a file of JSON lines."""
    warnings.filterwarnings('ignore')
    results = Path(file).absolute()
    known = {model: reason for trial in read(results) for model, reason in trial.models.items()}
    for name in names:
        os.chdir(shipped_folder(name.partition('::')[0]).parent)  # where a teacher_config is
        append(results, try_swap(name, preset, known))


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
