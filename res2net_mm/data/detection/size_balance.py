"""Draws the images of an epoch so that the size bins of their boxes weigh alike."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from mmengine.dataset import DefaultSampler
from mmengine.logging import print_log

from res2net_mm.evaluation.size_bins import SizeBin, make_bins
from res2net_mm.registry import DATA_SAMPLERS

MOST = 10.0  # times as often as without balance: more would learn single images by heart
ROUNDS = 200  # of making bins more equal

Floats = npt.NDArray[np.float64]


@DATA_SAMPLERS.register_module(force=True)  # a reload is harmless
class SizeBalancedSampler(DefaultSampler):
    """Shuffle the images of a detection dataset, those of rare sizes more often.

    An epoch has as many images as without balance. An image of weight 2 is drawn twice in each, one
    of 0.3 in three epochs of ten; the order and what is left to chance depend on seed and epoch
    alone, so that a resumed run, or several processes, draw the same.

    Args:
        dataset: A dataset of MMDetection, wrapped or not.
        seed: Of the run, the same in all processes.
        bins: Size bins of the box areas in the original image, as
            :func:`~res2net_mm.evaluation.size_bins.make_bins` takes them; default COCO's.
        round_up: Whether to repeat images until they divide evenly among the processes.

    Raises:
        UserError: The bins cannot be read.
    """

    def __init__(
        self,
        dataset: Any,
        seed: int | None = None,
        bins: Sequence[Any] | None = None,
        round_up: bool = True,
    ) -> None:
        super().__init__(dataset, shuffle=True, seed=seed, round_up=round_up)
        size_bins = make_bins(bins)
        counts = count_boxes(dataset, size_bins)
        self.weights = balanced_weights(counts)
        print_log(describe_balance(counts, self.weights, size_bins), logger='current')

    def __iter__(self) -> Iterator[int]:
        """Yield the indices of this process for the epoch."""
        generator = torch.Generator()
        generator.manual_seed(self.seed + self.epoch)
        # Evenly spaced points, all moved by one random number: each image gets the whole number
        # below or above its weight, and equal weights give each image once.
        offset = torch.rand((), dtype=torch.float64, generator=generator).item()
        count = len(self.weights)
        ends = np.cumsum(self.weights)
        points = (np.arange(count) + offset) * ends[-1] / count
        drawn = np.minimum(np.searchsorted(ends, points, side='right'), count - 1)
        order = torch.randperm(count, generator=generator).numpy()
        indices = np.resize(drawn[order], self.total_size)  # repeats from the beginning
        return iter(indices[self.rank :: self.world_size].tolist())


def count_boxes(dataset: Any, bins: Sequence[SizeBin]) -> Floats:
    """Return how many boxes of each image lie in each bin, (images, bins) float64.

    Ignored boxes do not count, as in the scores.
    """
    counts = np.zeros((len(dataset), len(bins)))
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        boxes = [
            entry['bbox'] for entry in info.get('instances') or () if not entry.get('ignore_flag')
        ]
        if boxes:
            corners = np.array(boxes, dtype=float)
            areas = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
            image = np.full(len(areas), float(info.get('height', 1) * info.get('width', 1)))
            counts[index] = [b.holds(areas, image).sum() for b in bins]
    return counts


def balanced_weights(counts: Floats) -> Floats:
    """Return how often to draw each image in an epoch, (images,) float64 of mean 1.

    The weight of an image is the mean over its boxes of a factor of their bins. The factors are
    chosen so that equally many boxes of each bin are drawn. Where each image holds boxes of one bin
    this is reached at once; where sizes go together, as far as factors can. Images without boxes
    keep their weight of 1, and no image is drawn over ``MOST`` times as often, or as seldom.

    Args:
        counts: (images, bins) number of boxes of each image in each bin.
    """
    counts = counts[:, counts.any(axis=0)]
    labelled = counts.any(axis=1)
    weights = np.ones(len(counts))
    if counts.shape[1] < 2:  # nothing to balance
        return weights
    inside = counts[labelled]
    shares = inside / inside.sum(axis=1, keepdims=True)
    factors = inside.sum() / inside.sum(axis=0)
    for _ in range(ROUNDS):
        drawn = (shares @ factors) @ inside
        factors *= np.sqrt(drawn.mean() / drawn)
        factors = np.maximum(factors / factors.max(), 1e-6)
    found = shares @ factors
    for _ in range(2):  # what is clipped moves the mean
        found = np.clip(found / found.mean(), 1 / MOST, MOST)
    weights[labelled] = found / found.mean()
    return weights


def describe_balance(counts: Floats, weights: Floats, bins: Sequence[SizeBin]) -> str:
    """Return the share of each bin among the boxes before and after, as a line of text."""
    before, after = counts.sum(axis=0), weights @ counts
    if not before.any():
        return 'sizes cannot be balanced: no image has boxes'
    shares = ', '.join(
        f'{b.name} {100 * was / before.sum():.1f} -> {100 * now / after.sum():.1f} %'
        for b, was, now in zip(bins, before, after, strict=True)
    )
    return (
        f'sizes are balanced: boxes of an epoch {shares}; an image is drawn '
        f'{weights.min():.2f} to {weights.max():.2f} times'
    )
