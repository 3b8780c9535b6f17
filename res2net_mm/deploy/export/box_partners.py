"""Which boxes of two answers to the same image belong together."""

from collections.abc import Mapping

import numpy as np

IOU = 0.95  # of a box and its partner, at least
SCORE = 1e-3  # between their scores, at most


def find_partners(expected: Mapping, found: Mapping) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return partners, IoUs and what is alone.

    Of each expected box the index of its partner or -1, their IoU, and the scores of the boxes on
    either side that have none.
    """
    partners, ious = _partners(expected, found)
    left_over = np.ones(len(found['scores']), bool)
    left_over[partners[partners >= 0]] = False
    alone = np.concatenate([expected['scores'][partners < 0], found['scores'][left_over]])
    return partners, ious, alone


def _partners(expected: Mapping, found: Mapping) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each expected box, the index of its partner or -1, and their IoU."""
    fits = _iou(expected['boxes'], found['boxes'])
    fits[expected['labels'][:, None] != found['labels']] = 0
    gaps = np.abs(expected['scores'][:, None] - found['scores'])
    fits[(fits < IOU) | (gaps > SCORE)] = 0
    partners = np.full(len(fits), -1)
    ious = np.zeros(len(fits))
    for _ in range(min(fits.shape)):
        row, column = np.unravel_index(fits.argmax(), fits.shape)
        if fits[row, column] == 0:
            break
        partners[row], ious[row] = column, fits[row, column]
        fits[row], fits[:, column] = 0, 0
    return partners, ious


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(M, 4) and (N, 4) -> (M, N)."""
    a, b = a[:, None].astype(float), b[None].astype(float)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(min=0).prod(-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return shared / np.maximum(areas - shared, np.finfo(float).tiny)
