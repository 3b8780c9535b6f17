"""Load data so that a run can be stopped and resumed at any iteration.

Restoring the states of random generators cannot make a resumed run equal to an uninterrupted one:
data workers draw ahead of the training, each from a state that nobody can read. So the generators
of Python, NumPy and PyTorch are seeded from the run's seed, the rank and the number of the
iteration, before each batch is loaded, in whichever process, and before each training step. The
number of workers may then change.
"""

import os
import random
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, Sampler

from res2net_mm.errors import UserError

LOADING, STEP = range(2)  # what randomness is for: streams that share nothing
# How mmcv and Python name a file that cannot be loaded, also at the end of a worker's traceback.
_NOT_LOADED = re.compile(
    r"^(?:\w+: )?(?:failed to load image: (.+)|.*No such file or directory: '(.+)')$", re.MULTILINE
)


def seed_iteration(seed: int, rank: int, iteration: int, purpose: int) -> None:
    """Seed Python, NumPy and PyTorch for one iteration of one process.

    Args:
        seed: The seed of the run, at least 0.
        rank: The rank of the process among those that train together.
        iteration: The iteration, counted from the start of the run.
        purpose: ``LOADING`` a batch or the training ``STEP``.
    """
    words = np.random.SeedSequence([seed, rank, iteration, purpose]).generate_state(4)
    random.seed(words.tobytes())
    np.random.seed(words)
    torch.manual_seed(int(words[:2].view(np.uint64)[0]) >> 1)  # it takes 63 bits


class NumberedBatch(list[int]):
    """The indices of a batch, and the iteration that trains on it."""

    def __init__(self, indices: list[int], iteration: int) -> None:
        super().__init__(indices)
        self.iteration = iteration

    def __reduce__(self) -> tuple[type['NumberedBatch'], tuple[list[int], int]]:
        return NumberedBatch, (list(self), self.iteration)


class NumberedBatches(Sampler[list[int]]):
    """Number the batches of a batch sampler, and begin after the first where a run is resumed."""

    def __init__(self, batches: Any) -> None:
        self.batches = batches
        self._next: tuple[int, int, bool] | None = None

    def begin(self, iteration: int, *, skip: int, endless: bool = False) -> None:
        """Begin the next pass with batch number ``iteration``, ``skip`` batches after the first.

        None of the batches before it is loaded. An endless pass continues with the next epoch.
        """
        self._next = iteration, skip, endless

    def __iter__(self) -> Iterator[list[int]]:
        if self._next is None:  # MMEngine 0.10 makes an iterator before the loop calls begin()
            return
        (iteration, skip, endless), self._next = self._next, None
        epoch = 0
        while True:
            for indices in self.batches:
                if skip:
                    skip -= 1
                    continue
                yield NumberedBatch(indices, iteration)
                iteration += 1
            if not endless:
                return
            epoch += 1
            if hasattr(self.batches.sampler, 'set_epoch'):
                self.batches.sampler.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self.batches)

    def __getattr__(self, name: str) -> Any:
        if name == 'batches':  # while it is unpickled
            raise AttributeError(name)
        return getattr(self.batches, name)


class SeededFetch:
    """Load the samples of a batch, in a data worker or not, after seeding for its iteration.

    PyTorch calls a dataset's ``__getitems__`` to load a whole batch at once.
    """

    def __init__(self, dataset: Any, *, seed: int, rank: int) -> None:
        self.dataset = dataset
        self.at_once = getattr(dataset, '__getitems__', None)
        self.seed = seed
        self.rank = rank

    def __call__(self, indices: list[int]) -> list[Any]:
        if isinstance(indices, NumberedBatch):
            seed_iteration(self.seed, self.rank, indices.iteration, LOADING)
        if self.at_once:
            return self.at_once(indices)
        return [self.dataset[index] for index in indices]


def seed_batches(loader: DataLoader[Any], *, seed: int, rank: int) -> NumberedBatches | None:
    """Number the batches of a data loader and seed the loading of each.

    The new batch sampler is returned, whose ``begin`` sets where to start; None for a loader over
    an iterable dataset, whose order cannot be resumed.
    """
    if loader.batch_sampler is None or isinstance(loader.dataset, IterableDataset):
        return None
    batches = NumberedBatches(loader.batch_sampler)
    # PyTorch refuses to replace the batch sampler of a loader, since batch_size, sampler and
    # drop_last would describe the old one. They are the same here.
    vars(loader)['batch_sampler'] = batches
    fetch = SeededFetch(loader.dataset, seed=seed, rank=rank)
    loader.dataset.__getitems__ = fetch  # type: ignore[attr-defined]  # optional in a dataset
    return batches


@contextmanager
def unreadable_image_is_one_error() -> Iterator[None]:
    """Raise a UserError in place of what a pipeline raises over a file, here or in a worker."""
    try:
        yield
    except (AssertionError, FileNotFoundError) as error:
        found = _NOT_LOADED.search(str(error))
        if not found:
            raise
        raise UserError(
            f'{found[1] or found[2]} cannot be read: get it anew, or take it out of the list; '
            '`res2net-mm check` finds all such images of a folder'
        ) from error


def ignore_foreign_sigterm(loader: DataLoader[Any]) -> None:
    """Have the workers of a data loader end at a SIGTERM of their parent only.

    A scheduler signals all processes of a job, and the main one stops after its iteration. Where
    several train together, each must finish that iteration, which may need a batch that is not
    loaded yet. A worker whose parent has ended still ends by itself.
    """
    if loader.num_workers and hasattr(signal, 'sigwaitinfo'):  # not on macOS
        loader.worker_init_fn = _BlockSigterm(loader.worker_init_fn)
        start = loader._get_iterator

        def start_blocked() -> Any:
            # Workers inherit the mask: no signal ends them before _BlockSigterm has run.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            try:
                return start()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

        loader._get_iterator = start_blocked  # type: ignore[method-assign]


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
