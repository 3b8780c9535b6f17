"""In which images and regions two segmenters differ most."""

import numpy as np

from res2net_mm.evaluation.regions import RegionSet
from res2net_mm.evaluation.regions.region_scores import SUMS, sum_regions


def image_iou(regions: RegionSet) -> np.ndarray:
    """(N,) mean IoU in 0..1 of the classes that each image has; nan where it has none.

    A class counts as much as another in an image, however few pixels it has there, so that thin and
    small things are not lost in what the sky and the road say.
    """
    sums = sum_regions(regions, ())
    of = dict(zip(SUMS, sums.values[:, 0].T, strict=True))
    there = of['regions'] > 0
    iou = of['hit'][there] / (of['area'] + of['false'])[there]
    image, images = sums.image[there], len(regions.images)
    count = np.bincount(image, minlength=images)
    total = np.bincount(image, iou, minlength=images)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def differing_regions(a: RegionSet, b: RegionSet, image: int) -> list[int]:
    """Ground-truth regions of an image by how many more of their pixels one run finds, most first.

    Those of which both find as many are left out.
    """
    mine = np.flatnonzero(a.truth_image == image)
    apart = np.abs(a.truth.hit[mine].astype(int) - b.truth.hit[mine])
    order = np.argsort(-apart, kind='stable')
    return mine[order[apart[order] > 0]].tolist()
