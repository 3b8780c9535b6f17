"""Plots of detectors by size: precision against recall, and the calibration of scores.

For the calibration, the detections of a bin with a score of ``LEAST_SCORE`` or more form ten groups
by score. In a group of a calibrated detector the share of right detections (at IoU 0.50) is their
mean score. The expected calibration error of a bin is the mean distance between the two, weighted
by detections.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.bootstrap import class_mean
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.plots import INK, make_panels, run_style

RECALLS = np.linspace(0, 1, 101)
GROUPS = 10
LEAST_SCORE = 0.05  # least score that MMDetection's detectors keep; nobody uses lower ones
LEAST = 10  # detections of a group that is drawn; the error counts all groups


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration of one run in A columns: the size bins, then all objects."""

    score: np.ndarray  # (A, GROUPS) mean score of the detections of a group; nan for none
    right: np.ndarray  # (A, GROUPS) share of right detections; nan for none
    count: np.ndarray  # (A, GROUPS) number of detections

    @property
    def error(self) -> np.ndarray:
        """(A,) expected calibration error in 0..1; nan without detections."""
        apart = np.where(self.count > 0, np.abs(self.score - self.right), 0)
        total = self.count.sum(axis=1)
        mean = (apart * self.count).sum(axis=1) / np.maximum(total, 1)
        return np.where(total > 0, mean, np.nan)


def calibrate(result: SizeResult) -> Calibration:
    """Return how scores agree with the share of right detections at IoU 0.50, by size."""
    matches = matches_of(result)
    scores = matches.found.score
    group = np.clip((scores * GROUPS).astype(int), 0, GROUPS - 1)
    columns = [*range(1, len(matches.columns)), 0]
    sums = np.zeros((3, len(columns), GROUPS))
    for place, column in enumerate(columns):
        outcome = matches.outcomes(column)
        kept = (outcome != IGNORED) & (scores >= LEAST_SCORE)
        for row, values in enumerate((np.ones(len(scores)), scores, outcome == RIGHT)):
            sums[row, place] = np.bincount(group[kept], values[kept], minlength=GROUPS)
    count = sums[0]
    score, right = np.where(count > 0, sums[1:], np.nan) / np.maximum(count, 1)
    return Calibration(score, right, count.astype(int))


def draw_calibration(results: Sequence[SizeResult], names: Sequence[str]) -> Figure:
    """Draw a panel per bin with a line per run; on the diagonal scores are true."""
    runs = [calibrate(result) for result in results]
    columns = [scores.size_bin.name for scores in results[0].columns]

    def fill(axes: Axes, column: int) -> None:
        axes.plot([0, 100], [0, 100], color=INK, linewidth=0.8, label='score is true')
        for run, found in enumerate(runs):
            drawn = found.count[column] >= LEAST
            score, right = (100 * share[column, drawn] for share in (found.score, found.right))
            axes.plot(score, right, marker='o', markersize=4, **run_style(run, names[run]))
        axes.set(xlim=(0, 100), ylim=(0, 102))

    errors = []
    for place, column in enumerate(columns):
        of_runs = [found.error[place] for found in runs]
        texts = ['no detections' if np.isnan(e) else f'{100 * e:.1f}' for e in of_runs]
        errors.append(f'{column} {", ".join(texts)}')
    return make_panels(
        f'calibration_{results[0].iou_type}',
        columns,
        fill,
        x='score, %',
        y='right at IoU 0.50, %',
        alt=f'Share of right detections against their score for {", ".join(names)}, by size.',
        caption='Below the diagonal a run is too sure, above it too modest. Groups of fewer than '
        f'{LEAST} detections are not drawn; detections under a score of {LEAST_SCORE:g} are left '
        f'out. Mean distance from the diagonal in points ({", ".join(names)}): '
        f'{"; ".join(errors)}.',
    )


def precision_recall(result: SizeResult) -> np.ndarray:
    """Return the best precision at recall 0.00:0.01:1.00 or more at IoU 0.50, mean over classes.

    (A, 101): the size bins, then all objects; nan where there are none.
    """
    curves = AveragePrecision(matches_of(result)).precision_at_recalls()[:, 0]  # (A, K, 101)
    curves = class_mean(np.moveaxis(curves, 1, 2))
    return np.roll(curves, -1, axis=0)  # the column of all objects comes first there


def draw_precision_recall(results: Sequence[SizeResult], names: Sequence[str]) -> Figure:
    """Draw a panel per bin with a line per run."""
    curves = [precision_recall(result) for result in results]

    def fill(axes: Axes, column: int) -> None:
        for run, of_run in enumerate(curves):
            axes.plot(100 * RECALLS, 100 * of_run[column], **run_style(run, names[run]))
        axes.set(xlim=(0, 100), ylim=(0, 102))

    return make_panels(
        f'precision_recall_{results[0].iou_type}',
        [scores.size_bin.name for scores in results[0].columns],
        fill,
        x='recall, %',
        y='precision, %',
        alt=f'Precision against recall of {", ".join(names)}, a panel for each size.',
        caption='At IoU 0.50, mean over the classes; the best precision at this recall or more. '
        'The area under a line is AP50 of the size.',
    )
