"""What a run does when a scheduler tells it to stop: save where it is, and exit in time."""

import signal
import threading
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.dist import all_reduce, barrier, is_main_process
from mmengine.hooks import EMAHook, Hook
from mmengine.runner import Runner

from ..runs.atomic_checkpoints import STOPPED, WholeCheckpointHook, name_last_checkpoint
from ..runs.data_workers import obey_only_the_parent
from ..runs.resumable_loops import VALIDATED

EXIT_STATUS = 128 + signal.SIGTERM  # 143, what shells and schedulers take for "ended by SIGTERM"


class TerminationHook(Hook):
    """On SIGTERM, save ``stopped.pth`` after the iteration that runs, and exit with status 143.

    Use it as a context manager around the training: signals are caught inside only. Before the
    first iteration there is nothing to save, and SIGTERM ends the process as ever. Processes that
    train together agree after each iteration, since each may hear of the signal at another one.
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

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def _on_sigterm(self, *_: object) -> None:
        if not self._training:
            raise SystemExit(EXIT_STATUS)
        self._asked = True

    def before_run(self, runner: Runner) -> None:
        """Have the validation's data workers, too, wait for the main process."""
        if runner.val_loop is not None:
            obey_only_the_parent(runner.val_dataloader)

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Begin to save on signals."""
        self._training = True
        self._hold_worker_deaths()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Stop here if that was asked for and the weights are up to date."""
        if not self._agreed():
            self._raise_worker_death()
        elif getattr(runner.optim_wrapper, 'should_update', lambda: True)():
            self._stop(runner, runner.iter + 1)  # the loop counts after this

    def after_train(self, runner: Runner) -> None:
        """Have nothing to save any more."""
        self._training = False

    def before_val(self, runner: Runner) -> None:
        """Mind that the model may hold other weights than those that train."""
        self._validating = self._training

    def before_val_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Do as for training."""
        self._hold_worker_deaths()

    def after_val_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: Sequence | None = None,
    ) -> None:
        """Stop here if that was asked for; the validation is to be done again."""
        if not self._validating:
            return
        if self._asked and runner.world_size == 1:
            self._stop(runner, runner.iter)
        self._raise_worker_death()

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Stop after a validation by several processes; in it they are not in step."""
        self._validating = False
        if self._training and self._agreed():
            self._stop(runner, runner.iter)

    def after_loader_failure(self, runner: Runner) -> None:
        """Stop here if the signal that was meant for this process has ended a data worker too."""
        if self._asked and self._training and runner.world_size == 1:
            self._stop(runner, runner.iter)
        self._raise_worker_death()

    def _agreed(self) -> bool:
        """Whether any process was asked to stop."""
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
        path = self._saved_already(runner, iteration)
        if path is None:
            path = f'{runner.work_dir}/{STOPPED}'
            meta = dict(epoch=runner.epoch, iter=iteration)
            runner.save_checkpoint(runner.work_dir, STOPPED, by_epoch=False, meta=meta)
            if is_main_process():
                name_last_checkpoint(runner.work_dir, path)
        barrier()
        runner.logger.info(
            f'told to stop (SIGTERM): {path} holds epoch {runner.epoch + 1}, {iteration} '
            'iterations done; go on with --resume'
        )
        raise SystemExit(EXIT_STATUS)

    @staticmethod
    def _saved_already(runner: Runner, iteration: int) -> str | None:
        """Return the checkpoint that was saved after this very iteration, if any."""
        for hook in runner.hooks:
            if isinstance(hook, WholeCheckpointHook) and hook.saved_at == iteration:
                return hook.last_ckpt
        return None

    def _hold_worker_deaths(self) -> None:
        """Keep PyTorch from raising amid a step when a data worker dies.

        A scheduler signals data workers too. PyTorch raises as soon as one is gone, wherever this
        process is; here that waits for the end of the iteration.
        """
        if signal.SIGTERM not in self._before:
            return
        handler = signal.getsignal(signal.SIGCHLD)
        if not callable(handler) or getattr(handler, '__self__', None) is self:
            return
        self._before.setdefault(signal.SIGCHLD, handler)
        self._raise_if_any_is_gone = handler
        signal.signal(signal.SIGCHLD, self._on_sigchld)

    def _on_sigchld(self, number: int, frame: Any) -> None:
        try:
            self._raise_if_any_is_gone(number, frame)
        except RuntimeError as death:
            self._worker_death = death

    def _raise_worker_death(self) -> None:
        if self._worker_death is not None:
            raise self._worker_death
