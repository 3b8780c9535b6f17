"""Kill the tiny run at every point of a list, resume it each time, and compare with a whole run.

``python kill_points.py FOLDER CASE`` prints one line of JSON. Runs are forked from one process
that has imported everything, so that each takes a fraction of a second.
"""

import hashlib
import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

import torch
import torch._dynamo  # imported now, once, and not by every run
from matplotlib import pyplot  # noqa: F401
from mmengine.runner import runner as mmengine_runner

sys.path.insert(0, str(Path(__file__).parents[1]))
from tiny_run import losses, tiny_config

from res2net_mm.engine import train
from res2net_mm.openmmlab.internals import formatting_module

# What Python tells its audit hooks of before it happens: a kill just then cuts a run off between
# two changes of what is on the disk, or amid an epoch or a validation.
EVENTS = {'open', 'os.rename', 'os.remove', 'tiny.iteration', 'tiny.validation'}
BULK = 30_000  # floats in the model, so that only a checkpoint is longer than LONG
LONG = 100_000  # bytes


def in_child(action) -> int:
    """Run an action in a process of its own; return its exit status, below 0 if it was killed."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            action()
            status = 0
        except SystemExit as error:
            status = error.code
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Counter:
    """Count events of a work directory, and send this process a signal at one of them."""

    def __init__(self, work_dir: Path, at: int | None, number: int = signal.SIGKILL) -> None:
        self.work_dir = str(work_dir)
        self.at = at
        self.number = number
        self.count = 0
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple) -> None:
        if event not in EVENTS:
            return
        named = [str(a) for a in arguments if isinstance(a, str | os.PathLike)]
        if not event.startswith('tiny') and not any(n.startswith(self.work_dir) for n in named):
            return
        if event == 'open' and (arguments[1] or 'r').startswith('r'):
            return
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), self.number)


def count_events(work_dir: Path, options: dict) -> int:
    """Return how many points there are to be killed at."""
    note = work_dir.with_name('events')

    def action():
        counter = Counter(work_dir, None)
        train(tiny_config(bulk=BULK, **options), work_dir=work_dir)
        note.write_text(str(counter.count))

    assert in_child(action) == 0
    return int(note.read_text())


def outcome(work_dir: Path) -> dict:
    """Return what a finished run has come to: its losses, and all state in its checkpoints."""
    last = Path((work_dir / 'last_checkpoint').read_text())
    files = sorted(file.name for file in work_dir.glob('*.pth'))
    state = torch.load(last, weights_only=False)  # our own file
    best = torch.load(next(work_dir.glob('best_*')), weights_only=False)
    return dict(
        losses={k: sorted(v) for k, v in losses(work_dir).items()},
        last=last.name,
        best=[file for file in files if file.startswith('best_')],
        tensors=[
            *flat(state['state_dict']),
            *flat(state['optimizer']),
            *flat(state.get('ema_state_dict', {})),
            *flat(best['state_dict']),
        ],
        schedules=repr(state['param_schedulers']),
    )


def flat(value) -> list[str]:
    if torch.is_tensor(value):
        return [hashlib.sha256(value.numpy().tobytes()).hexdigest()]
    if isinstance(value, dict):
        return [text for key in value for text in [str(key), *flat(value[key])]]
    if isinstance(value, list | tuple):
        return [text for entry in value for text in flat(entry)]
    return [repr(value)]


def killed(work_dir: Path, options: dict, *, at: int, number: int, size: int | None) -> int:
    """Begin or go on with a run that is killed at an event, or amid a file of some bytes."""

    def action():
        if size is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # ends the process amid the write
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        Counter(work_dir, at, number)
        train(tiny_config(bulk=BULK, **options), work_dir=work_dir, resume=True)

    return in_child(action)


def main() -> None:
    folder, case = Path(sys.argv[1]), json.loads(sys.argv[2])
    # Most of the time of a run this short goes into the layout of the config's text and into what
    # compilers there are.
    formatting_module().FormatCode = lambda text, **_: (text, False)
    mmengine_runner.collect_env = dict
    torch.set_num_threads(1)  # a forked process must not wait for threads that it has not got
    options, every, offset = case['options'], case['every'], case['offset']
    number = case['signal']
    points = count_events(folder / 'whole', options)
    expected = outcome(folder / 'whole')
    found = dict(points=points, different=[], statuses=[], repeated=[])
    kills = [dict(at=at, number=number, size=None) for at in range(offset, points, every)]
    kills += [dict(at=None, number=number, size=size) for size in case['sizes']]
    for kill in kills:
        work_dir = folder / 'killed'
        shutil.rmtree(work_dir, ignore_errors=True)
        status = killed(work_dir, options, **kill)
        found['statuses'].append(status)
        again = in_child(
            lambda work_dir=work_dir: train(
                tiny_config(bulk=BULK, **options), work_dir=work_dir, resume=True
            )
        )
        now = outcome(work_dir) if again == 0 else None
        lines = (work_dir / 'losses.txt').read_text().splitlines()
        found['repeated'].append(len(lines) - len(losses(work_dir)))
        leftover = [str(file) for file in work_dir.glob('.*partial*')]
        if now != expected or leftover:
            what = [key for key in expected if now is None or now[key] != expected[key]]
            found['different'].append([kill, status, again, what, leftover])
    print(json.dumps(found))


if __name__ == '__main__':
    main()
