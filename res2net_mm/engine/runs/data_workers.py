"""Data workers that a scheduler's signal does not end before the run has saved."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from torch.utils.data import DataLoader


def ignore_foreign_sigterm(loader: DataLoader[Any]) -> None:
    """Have the workers of a data loader end at a SIGTERM of their parent only.

    A scheduler signals all processes of a job, and the main one stops after its iteration. Where
    several train together, each must finish that iteration, which may need a batch that is not
    loaded yet. A worker whose parent has ended still ends by itself.
    """
    if loader.num_workers and hasattr(signal, 'sigwaitinfo'):  # not on macOS
        loader.worker_init_fn = _BlockSigterm(loader.worker_init_fn)
        loader._get_iterator = _blocking_sigterm(loader._get_iterator)  # type: ignore[method-assign]


def _blocking_sigterm(start: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap the start of workers so that no signal ends them before ``_BlockSigterm`` has run."""

    def start_blocked() -> Any:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # workers inherit it
        try:
            return start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return start_blocked


class _BlockSigterm:
    """A ``worker_init_fn`` that blocks SIGTERM, then calls the one that was there."""

    def __init__(self, then: Callable[[int], Any] | None) -> None:
        self.then = then

    def __call__(self, worker: int) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=_wait_for_the_parent, daemon=True).start()
        if self.then is not None:
            self.then(worker)


def _wait_for_the_parent() -> None:
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != os.getppid():
        pass
    os._exit(0)  # as PyTorch's own handler does: any other status is a fault to its main process
