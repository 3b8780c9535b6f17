"""Swap one shipped config, and run the original model and the swapped one.

Run as a program (``python -m res2net_mm.swap.trial PRESET FILE NAME ...``) it appends a line of
JSON for each name: models stay in a process of their own, which may die of them.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError

from .pyramid import brief
from .shipped import shipped_file, shipped_folder
from .swap import swap
from .whole_model import run


@dataclass(frozen=True)
class Trial:
    """What came of one config; each reason is empty where all went well.

    Attributes:
        name: The config, ``mmdet::<folder>/<file>.py``.
        preset: The network that was put in.
        original: Why the original model does not run.
        swapped: Why the config is not swapped, or the swapped model does not run.
        seconds: How long it took.
    """

    name: str
    preset: str
    original: str
    swapped: str
    seconds: float


def try_swap(name: str, preset: str) -> Trial:
    """Swap a shipped config and run both models, with random weights, on a small image."""
    start = time.perf_counter()
    cfg = Config.fromfile(shipped_file(name))
    original = _reason(lambda: run(cfg))
    swapped = original or _reason(lambda: run(swap(cfg, preset, check=False).config))
    return Trial(name, preset, original, swapped, round(time.perf_counter() - start, 1))


def append(file: Path, trial: Trial) -> None:
    """Append a trial to a file of JSON lines, whole even where several processes write."""
    with file.open('a', encoding='utf-8') as lines:
        lines.write(json.dumps(asdict(trial)) + '\n')


def _reason(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except UserError as error:
        return f'refused: {error}'
    except Exception as error:  # whatever the model raises is the result
        return brief(error)
    return ''


def main(preset: str, file: str, names: list[str]) -> None:
    """Try the configs and append what came of each to a file of JSON lines."""
    warnings.filterwarnings('ignore')
    file = os.path.abspath(file)
    for name in names:
        os.chdir(shipped_folder(name.partition('::')[0]).parent)  # where a teacher_config is
        append(Path(file), try_swap(name, preset))


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
