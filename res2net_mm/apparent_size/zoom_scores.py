"""The scores of a detector at each zoom, by the size of objects in the image."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation import SizeResult, evaluate_by_size
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.tables import align, percent

from .pooling import View
from .zoom_run import ZoomRun


@dataclass(frozen=True, eq=False)
class ZoomedDetector:
    """A detector as it was tested at each zoom: its runs, and results by ``iou_type``."""

    name: str
    runs: tuple[ZoomRun, ...]
    results: Mapping[str, tuple[SizeResult, ...]]


def score_runs(
    runs: Sequence[ZoomRun], say: Callable[[str], None]
) -> dict[str, tuple[SizeResult, ...]]:
    """Return the results at each zoom by ``iou_type``, in the bins of the config.

    ``say`` gets what a reader of the scores should know, once.
    """
    told: set[str] = set()
    by_type: dict[str, list[SizeResult]] = {}
    for run in runs:
        saved = run.evaluation()
        truth = saved.read_ground_truth()
        for iou_type in saved.detections:
            found = saved.read_detections(iou_type)
            result = evaluate_by_size(truth, found, iou_type=iou_type, errors=True, **saved.options)
            for note in result.notes:
                if note not in told:
                    told.add(note)
                    say(f'note: {note}')
            by_type.setdefault(iou_type, []).append(result)
    return {iou_type: tuple(results) for iou_type, results in by_type.items()}


def views_of(detector: ZoomedDetector, iou_type: str) -> list[View]:
    """Return the matches at each zoom and what a px^2 of each image became."""
    views = []
    for run, result in zip(detector.runs, detector.results[iou_type], strict=True):
        matches = matches_of(result)
        enlarged = {seen.image_id: seen.width * seen.height for seen in run.seen}
        areas = [enlarged.get(image_id, np.nan) for image_id in matches.image_ids]
        views.append(View(matches, np.array(areas)))
    return views


def zoom_table(detector: ZoomedDetector, iou_type: str, score: str = 'AP') -> str:
    """Return a score (in %) of the same objects at each zoom; a column per size in the image."""
    results = detector.results[iou_type]
    rows = [['zoom', *(column.size_bin.name for column in results[0].columns), 'left out']]
    for run, result in zip(detector.runs, results, strict=True):
        cells = [percent(column.scores[score], '-') for column in result.columns]
        rows.append([f'{run.zoom:.4g}', *cells, str(len(run.left_out))])
    head = (
        f'{detector.name}, {iou_type}: {score} in % of the same objects at each zoom, by their '
        'size in the image'
    )
    return '\n'.join([head, *align(rows, '>')])
