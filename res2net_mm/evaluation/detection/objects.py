"""Ground-truth objects and detections as arrays, an entry each: what matching works on."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class TruthArrays:
    """Ground-truth objects, (G,) each, in the order of the annotations.

    Attributes:
        image: Index of the image in the evaluation's order.
        category: Index of the category.
        box: (G, 4) x, y, width, height in px; nan where there is none.
        area: In px^2.
        ignored: Crowds and VOC's difficult objects: any number of detections may match one, and
            neither it nor they count.
        crowd: Those whose overlap is measured against the detection's area alone.
        source: Index into the annotations.
        uncountable: Objects with the id 0, which pycocotools takes for 'no match'.
    """

    image: np.ndarray
    category: np.ndarray
    box: np.ndarray
    area: np.ndarray
    ignored: np.ndarray
    crowd: np.ndarray
    source: np.ndarray
    uncountable: np.ndarray

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True, eq=False)
class DetectionArrays:
    """Detections, (D,) each, by category, then from the highest score to the lowest.

    Equal scores follow the order of the images and then of the results, as in pycocotools.

    Attributes:
        image: Index of the image in the evaluation's order.
        category: Index of the category.
        score: Confidence.
        box: (D, 4) x, y, width, height in px; nan where there is none.
        area: In px^2.
        rank: Place among the detections of the same image and category, from 0.
        source: Index into the results.
        rle: (D,) compressed masks, or None.
    """

    image: np.ndarray
    category: np.ndarray
    score: np.ndarray
    box: np.ndarray
    area: np.ndarray
    rank: np.ndarray
    source: np.ndarray
    rle: np.ndarray | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.image)


def sort_detections(
    image: np.ndarray,
    category: np.ndarray,
    score: np.ndarray,
    *,
    box: np.ndarray,
    area: np.ndarray,
    source: np.ndarray,
    rle: np.ndarray | None,
    most: float,
) -> DetectionArrays:
    """Bring detections into their order and leave out those of rank ``most`` and above.

    Args:
        image: (D,) indices of images.
        category: (D,) indices of categories.
        score: (D,)
        box: (D, 4)
        area: (D,)
        source: (D,)
        rle: (D,) or None.
        most: Detections per image and category that count; may be infinite.
    """
    rank = _ranks(image, category, score)
    order = np.lexsort((image, -score, category))
    order = order[rank[order] < most]
    return DetectionArrays(
        image=image[order].astype(np.int32),
        category=category[order].astype(np.int32),
        score=score[order],
        box=box[order],
        area=area[order],
        rank=rank[order].astype(np.int32),
        source=source[order],
        rle=None if rle is None else rle[order],
    )


def _ranks(image: np.ndarray, category: np.ndarray, score: np.ndarray) -> np.ndarray:
    order = np.lexsort((-score, image, category))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = place_in_run(category[order], image[order])
    return rank


def place_in_run(*keys: np.ndarray) -> np.ndarray:
    """Place of each entry in its run of equal neighbours, from 0: ``a a b`` gives ``0 1 0``."""
    index = np.arange(len(keys[0]))
    first = np.ones(len(index), dtype=bool)
    if len(index):
        first[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return index - np.maximum.accumulate(np.where(first, index, 0))
