"""Match the boxes of two predictions for the same image."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

IOU = 0.95  # least IoU of two matched boxes
SCORE = 1e-3  # greatest difference of their scores


class Matches(NamedTuple):
    """Which boxes of two predictions match."""

    indices: np.ndarray  # for each expected box the index of the found one, or -1
    ious: np.ndarray  # for each expected box
    unmatched: np.ndarray  # scores of the boxes of both predictions that have no match


def match_boxes(expected: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray]) -> Matches:
    """Match boxes of the same label, greedily by IoU.

    Args:
        expected: ``boxes`` (M, 4), ``scores`` (M,) and ``labels`` (M,).
        found: The same of N boxes.
    """
    fits = _iou(expected['boxes'], found['boxes'])
    fits[expected['labels'][:, None] != found['labels']] = 0
    gaps = np.abs(expected['scores'][:, None] - found['scores'])
    fits[(fits < IOU) | (gaps > SCORE)] = 0
    indices = np.full(len(fits), -1)
    ious = np.zeros(len(fits))
    for _ in range(min(fits.shape)):
        row, column = np.unravel_index(fits.argmax(), fits.shape)
        if fits[row, column] == 0:
            break
        indices[row], ious[row] = column, fits[row, column]
        fits[row], fits[:, column] = 0, 0
    left_over = np.ones(len(found['scores']), bool)
    left_over[indices[indices >= 0]] = False
    unmatched = np.concatenate([expected['scores'][indices < 0], found['scores'][left_over]])
    return Matches(indices, ious, unmatched)


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(M, 4) and (N, 4) -> (M, N)."""
    a, b = a[:, None].astype(float), b[None].astype(float)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(min=0).prod(-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(float).tiny))
