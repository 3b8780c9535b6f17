"""Swap every shipped config with a ResNet, run original and swapped model, count what passes."""

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError, exit_on_user_error
from res2net_mm.openmmlab.config_names import shipped_folder
from res2net_mm.openmmlab.edit import type_name
from res2net_mm.presets import find
from res2net_mm.swap.places import find_places

from .swap_trial import Trial, append, read

ROOT = Path(__file__).parents[1]
TOOLBOXES = ('mmdet', 'mmseg', 'mmpretrain', 'mmpose')
RESNETS = ('ResNet', 'ResNetV1c', 'ResNetV1d', 'ResNeXt')
# What else counts as a ResNet, by toolbox: MMDetection and MMSegmentation were measured without.
_MORE = ('ResNet_CIFAR', 'SEResNet', 'SEResNeXt', 'SCNet', 'ResNeSt', 'Res2Net')
MORE = dict(mmpretrain=_MORE, mmpose=_MORE)
CHUNK = 32  # configs per process, which gives its memory back at its end
PATIENCE = 300  # seconds a config may take


def shipped_names(toolboxes: Sequence[str] = TOOLBOXES) -> list[str]:
    """Return the names of the shipped configs whose backbone is a ResNet or like one."""
    names = []
    for toolbox in toolboxes:
        if find_spec(toolbox) is None:
            continue
        root, kinds = shipped_folder(toolbox), RESNETS + MORE.get(toolbox, ())
        files = sorted(root.rglob('*.py'))
        for file in files:
            if '_base_' not in file.parts and _has_backbone(file, kinds):
                names.append(f'{toolbox}::{file.relative_to(root).as_posix()}')
    return names


def parse_part(text: str) -> tuple[int, int]:
    """Return the numbers of ``i/n``.

    Raises:
        UserError: The text is not of this form.
    """
    i, _, n = text.partition('/')
    try:
        return int(i), int(n)
    except ValueError as error:
        raise UserError(f'part {text!r} must be I/N, such as 1/4') from error


def chosen_names(
    toolboxes: Sequence[str] = TOOLBOXES, *, every: int = 1, part: tuple[int, int] = (1, 1)
) -> list[str]:
    """Return the names of some of the shipped configs.

    Args:
        toolboxes: Those whose configs are taken.
        every: Each ``every``-th only.
        part: ``(i, n)``: the i-th of n parts of these, counted from 1, for processes that share
            the work.

    Raises:
        UserError: The part is not one of the parts.
    """
    i, n = part
    if every < 1:
        raise UserError(f'every={every} must be 1 or more')
    if not 1 <= i <= n:
        raise UserError(f'part {i}/{n}: there is no such part')
    return shipped_names(toolboxes)[::every][i - 1 :: n]


def measure(preset: str, names: Sequence[str], file: Path) -> Iterator[Trial]:
    """Try shipped configs and yield what comes of each, as it comes.

    Args:
        preset: The network to put in.
        names: The configs.
        file: JSON lines of what is known already, which is not tried again; the rest is appended.

    Raises:
        UserError: The preset is unknown, or the file holds something else.
    """
    preset = find(preset).name
    todo = list(names)
    for trial in _new(file, preset, todo):
        yield trial
    while todo:
        program = [
            sys.executable,
            '-m',
            'lab.swap_trial',
            preset,
            str(file.absolute()),
            *todo[:CHUNK],
        ]
        with tempfile.TemporaryFile('w+') as errors:
            process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
            last = time.monotonic()
            while process.poll() is None:
                time.sleep(0.5)
                for trial in _new(file, preset, todo):
                    last = time.monotonic()
                    yield trial
                if time.monotonic() - last > PATIENCE:
                    process.kill()
            yield from _new(file, preset, todo)
            if process.returncode:  # the config it was at ended it
                errors.seek(0)
                line = (errors.read().strip().splitlines() or [''])[-1]
                slow = time.monotonic() - last > PATIENCE
                why = f'after {PATIENCE} s in vain' if slow else line
                reason = f'the process ended with status {process.returncode}: {why}'
                append(file, Trial(todo[0], preset, reason, reason, 0.0))
                yield from _new(file, preset, todo)


def _new(file: Path, preset: str, todo: list[str]) -> Iterator[Trial]:
    """Yield the trials in the file that are still to do, and take them off the list."""
    for trial in read(file):
        if trial.preset == preset and trial.name in todo:
            todo.remove(trial.name)
            yield trial


def summary(trials: Sequence[Trial]) -> str:
    """Return how many configs pass of how many whose original passes, with reasons."""
    fair = [trial for trial in trials if not trial.original]
    failed = [trial for trial in fair if trial.swapped]
    lines = [
        *(f'swapped fails: {trial.name}: {trial.swapped}' for trial in failed),
        *(f'original fails: {t.name}: {t.original}' for t in trials if t.original),
    ]
    for toolbox in dict.fromkeys(trial.name.partition('::')[0] for trial in trials):
        own = [trial for trial in fair if trial.name.startswith(f'{toolbox}::')]
        passed = sum(not trial.swapped for trial in own)
        lines.append(f'{toolbox}: {passed} of {len(own)} configs whose original runs')
    passed = len(fair) - len(failed)
    lines.append(f'all: {passed} of {len(fair)}, out of {len(trials)} configs tried')
    return '\n'.join(lines)


def _has_backbone(file: Path, kinds: Sequence[str]) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            cfg = Config.fromfile(file)
            places, _ = find_places(cfg)
        except Exception:  # what cannot be loaded here cannot be tried, nor what has no backbone
            return False
    return any(isinstance(p.settings, Mapping) and type_name(p.settings) in kinds for p in places)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('preset', nargs='?', default='res2net50_v1b_26w_4s', help='network')
    parser.add_argument('-o', '--out', type=Path, default='swap_trials.jsonl', help='results')
    parser.add_argument(
        '--toolboxes', nargs='+', default=TOOLBOXES, choices=TOOLBOXES, help='whose configs'
    )
    parser.add_argument('--every', type=int, default=1, metavar='K', help='each K-th config only')
    parser.add_argument('--part', default='1/1', metavar='I/N', help='this process does I of N')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        names = chosen_names(args.toolboxes, every=args.every, part=parse_part(args.part))
        trials = []
        for trial in measure(args.preset, names, args.out):
            trials.append(trial)
            result = 'original fails' if trial.original else trial.swapped or 'passes'
            print(f'{len(trials)}/{len(names)} {trial.name}: {result} ({trial.seconds} s)')
        print(summary(trials))


if __name__ == '__main__':
    main()
