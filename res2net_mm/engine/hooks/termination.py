"""Save a checkpoint and exit when a scheduler sends SIGTERM."""

import signal
import threading
from typing import Any

import torch
from mmengine.dist import all_reduce, barrier, is_main_process
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from res2net_mm.errors import argument

from ..runs.atomic_checkpoints import STOPPED, WholeCheckpointHook, name_last_checkpoint
from ..runs.data_loading import ignore_foreign_sigterm
from ..runs.resumable_loops import VALIDATED

EXIT_STATUS = 128 + signal.SIGTERM  # 143, what shells and schedulers take for "ended by SIGTERM"


class TerminationHook(Hook):
    """On SIGTERM, save ``stopped.pth`` after the current iteration and exit with status 143.

    Use it as a context manager around the training: signals are caught inside only. Before the
    first iteration there is nothing to save, and SIGTERM ends the process at once. Processes that
    train together agree after each iteration, since the signal may reach them at different ones.
    """

    priority = 'LOWEST'  # after all that an iteration changes

    def __init__(self) -> None:
        self._asked = False
        self._training = False
        self._validating = False
        self._worker_death: RuntimeError | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> 'TerminationHook':
        if threading.current_thread() is threading.main_thread():
            self._before[signal.SIGTERM] = signal.signal(signal.SIGTERM, self._on_sigterm)
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        if self._asked and not self._training and isinstance(error, Exception):
            # Raised in place of the SystemExit below, by code that catches any exception, as
            # MMEngine does around the formatting of a config.
            raise SystemExit(EXIT_STATUS) from error

    def _on_sigterm(self, *_: object) -> None:
        self._asked = True
        if not self._training:
            raise SystemExit(EXIT_STATUS)

    def before_run(self, runner: Runner) -> None:
        if runner.val_loop is not None:
            ignore_foreign_sigterm(runner.val_dataloader)

    def before_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        self._training = True
        self._hold_worker_deaths()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        if not self._agreed():
            self._raise_worker_death()
        elif getattr(runner.optim_wrapper, 'should_update', lambda: True)():
            self._stop(runner, runner.iter + 1)  # the loop counts after this

    def after_train(self, runner: Runner) -> None:
        self._training = False  # all is saved: SIGTERM ends the process at once

    def before_val(self, runner: Runner) -> None:
        self._validating = self._training  # the model may hold averaged weights from here on

    def before_val_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        self._hold_worker_deaths()

    def after_val_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Stop if SIGTERM was received; the resumed run validates again."""
        if self._validating:
            self.after_loader_failure(runner)

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Stop after a validation by several processes, within which they are not in step."""
        self._validating = False
        if self._training and self._agreed():
            self._stop(runner, runner.iter)

    def after_loader_failure(self, runner: Runner) -> None:
        """Stop if SIGTERM was received and ended a data worker, too."""
        if self._asked and self._training and runner.world_size == 1:
            self._stop(runner, runner.iter)
        self._raise_worker_death()

    def _agreed(self) -> bool:
        """Return whether any process received SIGTERM."""
        asked = torch.tensor(int(self._asked))
        all_reduce(asked, op='max')  # does nothing in a single process
        return bool(asked)

    def _stop(self, runner: Runner, iteration: int) -> None:
        if self._validating:
            for hook in runner.hooks:
                if isinstance(hook, EMAHook):  # has put the averaged weights into the model
                    hook.after_val_epoch(runner)
            runner.message_hub.update_info(VALIDATED, -1)
        self._validating = False
        checkpoints = (hook for hook in runner.hooks if isinstance(hook, WholeCheckpointHook))
        path = next((hook.last_ckpt for hook in checkpoints if hook.saved_at == iteration), None)
        if path is None:
            path = f'{runner.work_dir}/{STOPPED}'
            meta = dict(epoch=runner.epoch, iter=iteration)
            runner.save_checkpoint(runner.work_dir, STOPPED, by_epoch=False, meta=meta)
            if is_main_process():
                name_last_checkpoint(runner.work_dir, path)
        barrier()
        runner.logger.info(
            f'stopped by SIGTERM: {path} holds {iteration} of {runner.max_iters} iterations; go '
            f'on with {argument("resume", True)}'
        )
        raise SystemExit(EXIT_STATUS)

    def _hold_worker_deaths(self) -> None:
        """Keep PyTorch from raising in the middle of a step when a data worker dies.

        A scheduler signals data workers too. PyTorch raises as soon as one has died, wherever the
        main process is; here the error waits for the end of the iteration.
        """
        if signal.SIGTERM not in self._before:
            return
        handler = signal.getsignal(signal.SIGCHLD)
        if not callable(handler) or getattr(handler, '__self__', None) is self:
            return
        self._before.setdefault(signal.SIGCHLD, handler)
        self._raise_if_any_died = handler
        signal.signal(signal.SIGCHLD, self._on_sigchld)

    def _on_sigchld(self, number: int, frame: Any) -> None:
        try:
            self._raise_if_any_died(number, frame)
        except RuntimeError as death:
            self._worker_death = death

    def _raise_worker_death(self) -> None:
        if self._worker_death is not None:
            raise self._worker_death
