"""Ground-truth objects and detections as arrays, an entry each."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class TruthArrays:
    """Ground-truth objects, (G,) each, in the order of the annotations."""

    image: np.ndarray  # index of the image in the evaluation's order
    category: np.ndarray  # index of the category
    box: np.ndarray  # (G, 4) x, y, width, height in px; nan where there is none
    area: np.ndarray  # px^2
    ignored: np.ndarray  # crowds, and difficult objects of VOC: what matches them does not count
    crowd: np.ndarray  # whether overlap is measured against the detection's area alone
    source: np.ndarray  # index into the annotations
    uncountable: np.ndarray  # whether the id is 0, which pycocotools takes for 'no match'
    # Whether it has no labelled keypoint: ignored, but not found again once it is found.
    unlabelled: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, eq=False)
class DetectionArrays:
    """Detections, (D,) each, by category, then from the highest score to the lowest.

    Equal scores follow the order of the images and then of the results, as in pycocotools.
    """

    image: np.ndarray  # index of the image in the evaluation's order
    category: np.ndarray  # index of the category
    score: np.ndarray
    box: np.ndarray  # (D, 4) x, y, width, height in px; nan where there is none
    area: np.ndarray  # px^2
    rank: np.ndarray  # place among the detections of the same image and category, from 0
    source: np.ndarray  # index into the results
    rle: np.ndarray | None = field(default=None, repr=False)  # (D,) compressed masks

    def __len__(self) -> int:
        return len(self.image)


def sort_detections(
    image: np.ndarray,
    category: np.ndarray,
    score: np.ndarray,
    box: np.ndarray,
    area: np.ndarray,
    *,
    source: np.ndarray,
    rle: np.ndarray | None,
    most: float,
) -> DetectionArrays:
    """Bring detections into their order and leave out those of rank ``most`` and above.

    ``most``, the detections per image and category that count, may be infinite; the arrays are
    those of :class:`DetectionArrays`, in any order.
    """
    by_image = np.lexsort((-score, image, category))
    rank = np.empty(len(by_image), dtype=np.int32)
    rank[by_image] = place_in_run(category[by_image], image[by_image])
    order = np.lexsort((image, -score, category))
    order = order[rank[order] < most]
    return DetectionArrays(
        image=image[order].astype(np.int32),
        category=category[order].astype(np.int32),
        score=score[order],
        box=box[order],
        area=area[order],
        rank=rank[order],
        source=source[order],
        rle=None if rle is None else rle[order],
    )


def place_in_run(*keys: np.ndarray) -> np.ndarray:
    """Return the place of each entry in its run of equal neighbours: ``a a b`` gives ``0 1 0``."""
    index = np.arange(len(keys[0]))
    first = np.ones(len(index), dtype=bool)
    if len(index):
        first[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return index - np.maximum.accumulate(np.where(first, index, 0))
