"""Data workers that a scheduler's signal does not end before the run has saved."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from torch.utils.data import DataLoader


def obey_only_the_parent(loader: DataLoader) -> None:
    """Have the workers of a data loader end at a SIGTERM of their parent only.

    A scheduler signals all processes of a job, and the main one stops after its iteration. Where
    several train together each has to end that iteration, which may take a batch that is not
    loaded yet. A worker whose parent is gone ends by itself, as ever.
    """
    if loader.num_workers and hasattr(signal, 'sigwaitinfo'):  # not on macOS
        loader.worker_init_fn = _Obedient(loader.worker_init_fn)
        loader._get_iterator = _holding_sigterm(loader._get_iterator)


def _holding_sigterm(start: Callable[[], Any]) -> Callable[[], Any]:
    """Return what starts workers such that a signal cannot end them before they are prepared."""

    def start_prepared() -> Any:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # workers inherit it
        try:
            return start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return start_prepared


class _Obedient:
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
    os._exit(0)  # as in PyTorch's own handler: its main process takes another status for a fault
