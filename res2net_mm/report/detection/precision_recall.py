"""Precision against recall in every size bin, at IoU 0.50."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.bootstrap import class_mean
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.plots import make_panels, run_style

RECALLS = np.linspace(0, 1, 101)


def precision_recall(result: SizeResult) -> np.ndarray:
    """Return the best precision at recall 0.00:0.01:1.00 or more at IoU 0.50, mean over classes.

    Returns:
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
