"""AP and AR by object size, as data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.result import ColumnScores, Result
from res2net_mm.evaluation.size_bins import COCO_BINS


@dataclass(frozen=True, kw_only=True)
class BinScores(ColumnScores):
    """Scores of the objects in one size bin.

    Attributes:
        boxes: Ground-truth objects in it; crowds and ignored (difficult) ones are not counted.
        ar: Average recall by the number of detections per image and class that count.
    """

    boxes: int
    ar: Mapping[float, float | None]

    @property
    def ap(self) -> float | None:
        """Average precision, mean over the protocol's IoU thresholds."""
        return self.scores['AP']

    @property
    def ap50(self) -> float | None:
        """Average precision at IoU 0.50."""
        return self.scores['AP50']

    @property
    def ap75(self) -> float | None:
        """Average precision at IoU 0.75."""
        return self.scores['AP75']

    @property
    def ar_most(self) -> float | None:
        """Average recall for the largest number of detections."""
        return self.scores['AR']

    @property
    def counts(self) -> dict[str, int]:
        return {'boxes': self.boxes}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        by_limit = {'all' if math.isinf(n) else str(n): value for n, value in self.ar.items()}
        return {**super().to_dict(), 'AR': by_limit}


@dataclass(frozen=True, kw_only=True)
class SizeResult(Result[BinScores]):
    """Scores of one set of detections.

    Attributes:
        iou_type: ``bbox`` or ``segm``.
        area_of: What the size is measured on: ``mask``, ``box`` or ``annotation``.
        detections: Number of detections.
        protocol: ``coco``, ``voc07`` or ``voc12``.
        matches: What the scores were made from, for curves and comparisons; takes no part in
            equality and in the JSON file.
    """

    iou_type: str
    area_of: str
    detections: int
    protocol: str = 'coco'
    matches: Matches | None = field(default=None, compare=False, repr=False)

    @property
    def coco_stats(self) -> tuple[float | None, ...]:
        """The twelve ``stats`` of pycocotools in its order, None for its -1; for COCO's bins only.

        Raises:
            ValueError: If the result was made with other bins or other detection limits.
        """
        overall, bins = self.overall, self.bins
        if (
            self.protocol != 'coco'
            or self.size_bins != COCO_BINS
            or set(overall.ar) != {1, 10, 100}
        ):
            raise ValueError("the twelve COCO numbers need COCO's bins and max_dets (1, 10, 100)")
        return (
            *(overall.ap, overall.ap50, overall.ap75),
            *(scores.ap for scores in bins),
            *(overall.ar[1], overall.ar[10], overall.ar[100]),
            *(scores.ar[100] for scores in bins),
        )

    def image_scores(self) -> AveragePrecision:
        """Return what the result was scored from."""
        return AveragePrecision(matches_of(self))

    def agreement(self, other: 'SizeResult') -> dict[str, bool]:
        """Return whether another result was made alike, by what must be the same to compare."""
        a, b = matches_of(self), matches_of(other)
        same = {
            'iou_type': self.iou_type == other.iou_type,
            'protocol': self.protocol == other.protocol,
            'bins': a.columns == b.columns,
            'max_dets': a.max_dets == b.max_dets,
            'images': list(a.image_ids) == list(b.image_ids),
            'classes': a.categories == b.categories,
        }
        if all(same.values()):
            same['ground-truth objects or area_of'] = all(
                np.array_equal(getattr(a.truth, name), getattr(b.truth, name), equal_nan=True)
                for name in ('image', 'category', 'area')
            )
        return same

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: scores in 0..1, null where a bin is empty."""
        return {
            'iou_type': self.iou_type,
            'protocol': self.protocol,
            'iou': [0.5, 0.95 if self.protocol == 'coco' else 0.5],
            'area_of': self.area_of,
            'images': self.images,
            'detections': self.detections,
            **super().to_dict(),
        }


def matches_of(result: SizeResult) -> Matches:
    """Return the matches of a result.

    Raises:
        ValueError: If it has none.
    """
    if result.matches is None:
        raise ValueError('the result carries no matches: use one that evaluate_by_size returned')
    return result.matches
