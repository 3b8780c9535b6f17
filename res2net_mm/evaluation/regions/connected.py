"""Connected regions of a label map."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class Connected:
    """The regions of one label map, 8 neighbours connected.

    Attributes:
        ids: (H, W) int32, which region a pixel is in; -1 for none.
        category: (R,) int32, the label of each region.
        area: (R,) int32, its pixels.
    """

    ids: np.ndarray
    category: np.ndarray
    area: np.ndarray


def connected_regions(labels: np.ndarray, classes: int) -> Connected:
    """Find the regions of every class.

    Args:
        labels: (H, W) unsigned integers; from ``classes`` on they are no class and in no region.
        classes: How many classes there are.
    """
    ids = np.full(labels.shape, -1, np.int32)
    categories, areas, found = [], [], 0
    for label in np.flatnonzero(np.bincount(labels.ravel(), minlength=classes)[:classes]):
        mask = (labels == label).view(np.uint8)
        x, y, w, h = cv2.boundingRect(mask)
        window = slice(y, y + h), slice(x, x + w)
        count, parts, stats, _ = cv2.connectedComponentsWithStats(mask[window], connectivity=8)
        inside = parts > 0
        ids[window][inside] = parts[inside] + (found - 1)
        categories.append(np.full(count - 1, label, np.int32))
        areas.append(stats[1:, cv2.CC_STAT_AREA])
        found += count - 1
    if not found:
        return Connected(ids, np.zeros(0, np.int32), np.zeros(0, np.int32))
    return Connected(ids, np.concatenate(categories), np.concatenate(areas))
