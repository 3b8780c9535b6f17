"""Boundaries of regions, and where those of two label maps agree."""

import math

import numpy as np

from res2net_mm.errors import UserError

#: Tolerance as a share of the image diagonal (Csurka et al., BMVC 2013).
TOLERANCE = 0.0075


def check_tolerance(tolerance: float) -> float:
    """Return the tolerance, if it is a share of a diagonal.

    Raises:
        UserError: If it is not.
    """
    if not 0 < tolerance < 1:
        raise UserError(
            f'the tolerance of boundaries is a share of the image diagonal, between 0 and 1, got '
            f'{tolerance}'
        )
    return tolerance


def boundary(labels: np.ndarray) -> np.ndarray:
    """Return which pixels have one of another label among their 4 neighbours, (H, W) bool."""
    edge = np.zeros(labels.shape, bool)
    for first, second in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        differs = labels[first] != labels[second]
        edge[first] |= differs
        edge[second] |= differs
    return edge


def tolerance_px(shape: tuple[int, int], tolerance: float = TOLERANCE) -> int:
    """Return the tolerance in an image of this height and width, in whole px, 1 or more."""
    return math.ceil(tolerance * math.hypot(*shape))


def near(
    labels: np.ndarray,
    edge: np.ndarray,
    other_labels: np.ndarray,
    other_edge: np.ndarray,
    reach: int,
) -> np.ndarray:
    """Return which boundary pixels have one of the same label near them in the other map.

    Args:
        labels: (H, W) labels.
        edge: (H, W) bool, boundary pixels of this map.
        other_labels: (H, W) labels of the other map.
        other_edge: (H, W) bool, its boundary pixels.
        reach: Largest Euclidean distance in px.

    Returns:
        (H, W) bool.
    """
    from scipy.spatial import cKDTree  # a quarter of a second, which detectors need not wait

    found = edge & other_edge & (labels == other_labels)
    asked, others = np.argwhere(edge & ~found), np.argwhere(other_edge)
    of_asked, of_others = labels[tuple(asked.T)], other_labels[tuple(others.T)]
    for label in np.intersect1d(of_asked, of_others):
        points = asked[of_asked == label]
        tree = cKDTree(others[of_others == label], balanced_tree=False, compact_nodes=False)
        distance, _ = tree.query(points, distance_upper_bound=reach + 0.5)
        found[tuple(points[distance <= reach].T)] = True
    return found
