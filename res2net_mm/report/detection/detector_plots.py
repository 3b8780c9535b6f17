"""Plots of detectors by size: precision against recall, and the calibration of scores."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.bootstrap import class_mean
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.confidence.calibration import LEAST_SCORE, held_out
from res2net_mm.evaluation.detection.size_result import matches_of, overlap_name
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.plots import INK, make_panels, run_style

RECALLS = np.linspace(0, 1, 101)
LEAST = 10  # detections of a group that is drawn; the error counts all groups


def draw_calibration(results: Sequence[SizeResult], names: Sequence[str]) -> Figure:
    """Draw a panel per bin with a line per run; on the diagonal scores are true."""
    both = [held_out(matches_of(result)) for result in results]
    runs = [before for before, _ in both]
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
        texts = [
            'no detections'
            if np.isnan(before.error[place])
            else f'{100 * before.error[place]:.1f} → {100 * after.error[place]:.1f}'
            for before, after in both
        ]
        errors.append(f'{column} {", ".join(texts)}')
    return make_panels(
        f'calibration_{results[0].iou_type}',
        columns,
        fill,
        x='score, %',
        y=f'right at {overlap_name(results[0].iou_type)} 0.50, %',
        alt=f'Share of right detections against their score for {", ".join(names)}, by size.',
        caption='Below the diagonal a run is too sure, above it too modest. Groups of fewer than '
        f'{LEAST} detections are not drawn; detections under a score of {LEAST_SCORE:g} are left '
        f'out. Mean distance from the diagonal in points ({", ".join(names)}), as it is → with '
        'scores calibrated by size on a half of the images and measured on the other: '
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
        caption=f'At {overlap_name(results[0].iou_type)} 0.50, mean over the classes; the best '
        'precision at this recall or more. '
        'The area under a line is AP50 of the size.',
    )
