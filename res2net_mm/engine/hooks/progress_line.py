"""One line of progress: loss, learning rate, time left and memory."""

import io
import resource
import sys
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import IterBasedTrainLoop, Runner
from tqdm import tqdm

from .finite import learning_rate

FORM = '{desc} {n_fmt}/{total_fmt}{postfix}, {remaining} left, {rate_fmt}'
IN_TABLES = ('coco/', 'pascal_voc/')  # prefixes of SizeMetric, which prints a table


class ProgressLineHook(Hook):
    """Show how far training, validation and testing are.

    In a terminal the line is drawn over itself; elsewhere it is logged, when MMEngine logs its own.

    Args:
        interval: Batches from one plain line to the next.
    """

    priority = 'VERY_LOW'

    def __init__(self, interval: int = 50) -> None:
        self.interval = interval
        self._lines: dict[str, tqdm] = {}
        self._is_live = False

    def before_train(self, runner: Runner) -> None:
        self._begin('train', 'training', runner.max_iters, runner.iter)

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        line = self._lines['train']
        if not isinstance(runner.train_loop, IterBasedTrainLoop):
            line.set_description_str(f'epoch {runner.epoch + 1}/{runner.max_epochs}', refresh=False)
        seen = runner.iter + 1 - line.initial
        loss = runner.message_hub.get_scalar('train/loss').mean(min(self.interval, seen))
        postfix = f'loss {loss:.4g}, lr {learning_rate(runner)}, {_memory()}'
        line.set_postfix_str(postfix, refresh=False)
        self._advance(runner, line, seen)

    def after_train(self, runner: Runner) -> None:
        self._end('train')
        runner.logger.info(
            f'trained: checkpoints and results are in {runner.work_dir}, the log in '
            f'{runner.logger.log_file}'
        )

    def before_val_epoch(self, runner: Runner) -> None:
        self._begin('val', 'validating', len(runner.val_dataloader))

    def before_test_epoch(self, runner: Runner) -> None:
        self._begin('test', 'testing', len(runner.test_dataloader))

    def after_val_iter(self, runner: Runner, batch_idx: int, *_: Any, **__: Any) -> None:
        self._advance(runner, self._lines['val'], batch_idx + 1)

    def after_test_iter(self, runner: Runner, batch_idx: int, *_: Any, **__: Any) -> None:
        self._advance(runner, self._lines['test'], batch_idx + 1)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        self._end('val')
        _log_scores(runner, metrics)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, Any] | None = None) -> None:
        self._end('test')
        _log_scores(runner, metrics)

    def _begin(self, mode: str, what: str, total: int, done: int = 0) -> None:
        live = self._is_live = sys.stderr.isatty()
        self._lines[mode] = tqdm(
            desc=what,
            total=total,
            initial=done,
            bar_format=FORM,
            file=sys.stderr if live else _Nowhere(),
            leave=False,
            dynamic_ncols=live,
            smoothing=0.1,
        )

    def _advance(self, runner: Runner, line: tqdm, seen: int) -> None:
        line.update()
        is_last = line.n == line.total
        if not self._is_live and (seen % self.interval == 0 or is_last):
            runner.logger.info(str(line))

    def _end(self, mode: str) -> None:
        self._lines.pop(mode).close()


def _log_scores(runner: Runner, metrics: dict[str, Any] | None) -> None:
    shown = [
        f'{name}: {value:.4g}'
        for name, value in (metrics or {}).items()
        if isinstance(value, float | int) and not name.startswith(IN_TABLES)
    ]
    if shown:
        runner.logger.info(', '.join(shown))


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


def _memory() -> str:
    """Return the peak memory so far: of the GPU if one is used, else of this process."""
    if torch.cuda.is_available():
        taken = torch.cuda.max_memory_allocated()
    else:
        unit = 1 if sys.platform == 'darwin' else 1024
        taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return f'{taken / 2**30:.1f} GiB'
