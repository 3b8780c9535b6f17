"""Make what is random in training a function of the seed and of the place in the run.

Restoring the states of random generators cannot make a resumed run equal to one that was never
stopped: data workers draw ahead of the training, each from a state that nobody can read. So
nothing is restored. Before a batch is loaded, in whatever process, and before a training step, the
generators of Python, NumPy and PyTorch are seeded anew from the run's seed, the rank and the
number of the iteration. Any iteration can then be entered from anywhere, with any number of
workers.
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import BatchSampler, DataLoader, IterableDataset, Sampler

LOADING, STEP = range(2)  # what randomness is for: streams that share nothing


def seed_place(seed: int, rank: int, iteration: int, purpose: int) -> None:
    """Seed the generators of Python, NumPy and PyTorch for one place in a run.

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


class Placed(list):
    """The indices of a batch, and the iteration that it is for."""

    def __init__(self, indices: list, iteration: int) -> None:
        super().__init__(indices)
        self.iteration = iteration

    def __reduce__(self) -> tuple:
        return Placed, (list(self), self.iteration)


class PlacedBatches(Sampler):
    """A batch sampler that numbers its batches, and can begin behind the first.

    Args:
        batches: The batch sampler to number.
    """

    def __init__(self, batches: BatchSampler) -> None:
        self.batches = batches
        self._next: tuple[int, int, bool] | None = None

    def begin(self, iteration: int, *, skip: int, endless: bool = False) -> None:
        """Say where the next iteration over the batches begins.

        Args:
            iteration: The number of the first batch that is drawn.
            skip: How many batches to leave out before it. None of them is loaded.
            endless: Whether to begin anew, with the next epoch's order, when they end.
        """
        self._next = iteration, skip, endless

    def __iter__(self) -> Iterator[Placed]:
        if self._next is None:  # an iterator that MMEngine 0.10 makes before it is known where
            return
        (iteration, skip, endless), self._next = self._next, None
        epoch = 0
        while True:
            for indices in self.batches:
                if skip:
                    skip -= 1
                    continue
                yield Placed(indices, iteration)
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
    """Loads the samples of a batch, in a data worker or not, from the seed of its place.

    PyTorch asks a dataset for ``__getitems__`` to load a whole batch at once.
    """

    def __init__(self, dataset: Any, *, seed: int, rank: int) -> None:
        self.dataset = dataset
        self.at_once = getattr(dataset, '__getitems__', None)
        self.seed = seed
        self.rank = rank

    def __call__(self, indices: list) -> list:
        if isinstance(indices, Placed):
            seed_place(self.seed, self.rank, indices.iteration, LOADING)
        if self.at_once:
            return self.at_once(indices)
        return [self.dataset[index] for index in indices]


def place_batches(loader: DataLoader, *, seed: int, rank: int) -> PlacedBatches | None:
    """Number the batches of a data loader and seed the loading of each.

    Returns:
        The loader's batch sampler, to be told where to begin; None where the loader has none, as
        over an iterable dataset: the order of that cannot be resumed.
    """
    if loader.batch_sampler is None or isinstance(loader.dataset, IterableDataset):
        return None
    batches = PlacedBatches(loader.batch_sampler)
    # PyTorch refuses another batch sampler after construction, since batch_size, sampler and
    # drop_last would tell of the old one. They still tell the truth of this one.
    vars(loader)['batch_sampler'] = batches
    loader.dataset.__getitems__ = SeededFetch(loader.dataset, seed=seed, rank=rank)
    return batches
