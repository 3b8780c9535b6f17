"""What an evaluation by object size says, as data."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.size_bins import COCO_BINS, SizeBin


@dataclass(frozen=True)
class BinScores:
    """Scores of the objects in one size bin; None where it has none, or the protocol no such score.

    Attributes:
        size_bin: The bin.
        boxes: Ground-truth objects in it; crowds and ignored (difficult) ones are not counted.
        ap: Average precision, mean over the protocol's IoUs, in 0..1.
        ap50: At IoU 0.50.
        ap75: At IoU 0.75.
        ar: Average recall over the same IoUs, by the number of detections per image and class.
        intervals: Confidence interval (low, high) by score: ``AP``, ``AP50``, ``AP75`` and ``AR``
            (of the largest number of detections); empty if it was not asked for.
    """

    size_bin: SizeBin
    boxes: int
    ap: float | None
    ap50: float | None
    ap75: float | None
    ar: dict[float, float | None]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def ar_most(self) -> float | None:
        """AR for the largest number of detections."""
        return self.ar[max(self.ar)]

    def to_dict(self) -> dict:
        return {
            **self.size_bin.to_dict(),
            'boxes': self.boxes,
            'AP': self.ap,
            'AP50': self.ap50,
            'AP75': self.ap75,
            'AR': {'all' if math.isinf(n) else str(n): value for n, value in self.ar.items()},
            **({'intervals': _lists(self.intervals)} if self.intervals else {}),
        }


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class, overall and per bin."""

    name: str
    overall: BinScores
    bins: tuple[BinScores, ...]

    def to_dict(self) -> dict:
        return {'name': self.name, 'scores': [s.to_dict() for s in (*self.bins, self.overall)]}


@dataclass(frozen=True)
class SizeResult:
    """Scores of one set of detections.

    Attributes:
        iou_type: ``bbox`` or ``segm``.
        area_of: What the size is measured on: ``mask``, ``box`` or ``annotation``.
        images: Number of images.
        detections: Number of detections.
        overall: All objects.
        bins: The size bins, in the order asked for.
        classes: The classes, in the order of the ground truth.
        notes: What a reader should know, one sentence each.
        protocol: ``coco``, ``voc07`` or ``voc12``.
        resamples: How many times images were drawn anew for the intervals; 0 for no intervals.
        level: Probability that an interval covers.
        matches: What the scores were made from, for curves and comparisons; takes no part in
            equality and in the JSON file.
    """

    iou_type: str
    area_of: str
    images: int
    detections: int
    overall: BinScores
    bins: tuple[BinScores, ...]
    classes: tuple[ClassScores, ...]
    notes: tuple[str, ...] = ()
    protocol: str = 'coco'
    resamples: int = 0
    level: float = 0.95
    matches: Matches | None = field(default=None, compare=False, repr=False)

    @property
    def coco_stats(self) -> tuple[float | None, ...]:
        """The twelve ``stats`` of pycocotools in its order, None for its -1; for COCO's bins only.

        Raises:
            ValueError: If the result was made with other bins or other detection limits.
        """
        same_bins = tuple(s.size_bin for s in self.bins) == COCO_BINS
        if self.protocol != 'coco' or not same_bins or set(self.overall.ar) != {1, 10, 100}:
            raise ValueError("the twelve COCO numbers need COCO's bins and max_dets (1, 10, 100)")
        overall = self.overall
        return (
            *(overall.ap, overall.ap50, overall.ap75),
            *(s.ap for s in self.bins),
            *(overall.ar[1], overall.ar[10], overall.ar[100]),
            *(s.ar[100] for s in self.bins),
        )

    def to_dict(self) -> dict:
        """As plain JSON values; scores in 0..1, null where a bin is empty."""
        return {
            'iou_type': self.iou_type,
            'protocol': self.protocol,
            'iou': [0.5, 0.95 if self.protocol == 'coco' else 0.5],
            'area_of': self.area_of,
            'images': self.images,
            'detections': self.detections,
            'resamples': self.resamples,
            'level': self.level if self.resamples else None,
            'scores': [s.to_dict() for s in (*self.bins, self.overall)],
            'classes': [c.to_dict() for c in self.classes],
            'notes': list(self.notes),
        }


def _lists(intervals: Mapping) -> dict:
    return {name: list(interval) for name, interval in intervals.items()}
