"""Whether a score means what it says: how many detections of a score are right, by size.

Of the detections that count in a bin (scored ``LEAST_SCORE`` or more), those of about one score
are taken together, ten groups in all; a well calibrated detector has as many right ones (at IoU
0.50) as their mean score says. The calibration error of a bin is the mean distance between the
two, each group weighing as many as it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure as Plot

from res2net_mm.evaluation import SizeResult
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.small_multiples import draw_panels
from res2net_mm.report.page.style import INK, make_figure, run_style

GROUPS = 10
LEAST_SCORE = 0.05  # what MMDetection's detectors keep; below are many that nobody uses
LEAST = 10  # detections of a group that is drawn; all count for the error


@dataclass(frozen=True, eq=False)
class Calibration:
    """Of one run in A columns: the size bins, then all objects.

    Attributes:
        score: (A, GROUPS) mean score of the detections of a group; nan for none.
        right: (A, GROUPS) share of them that is right.
        count: (A, GROUPS) how many they are.
    """

    score: np.ndarray
    right: np.ndarray
    count: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """(A,) expected calibration error in 0..1; nan without detections."""
        apart = np.where(self.count > 0, np.abs(self.score - self.right), 0)
        total = self.count.sum(axis=1)
        mean = (apart * self.count).sum(axis=1) / np.maximum(total, 1)
        return np.where(total > 0, mean, np.nan)


def calibrate(result: SizeResult) -> Calibration:
    """Compare scores with what became of the detections, at IoU 0.50."""
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


def draw_calibration(results: Sequence[SizeResult], names: Sequence[str], name: str) -> Figure:
    """A panel per bin, a line per run; the diagonal is where scores are true."""
    runs = [calibrate(result) for result in results]
    columns = [scores.size_bin.name for scores in (*results[0].bins, results[0].overall)]

    def draw(plot: Plot) -> None:
        def fill(axes, column: int) -> None:
            axes.plot([0, 100], [0, 100], color=INK, linewidth=0.8, label='score is true')
            for run, found in enumerate(runs):
                drawn = found.count[column] >= LEAST
                axes.plot(
                    100 * found.score[column, drawn],
                    100 * found.right[column, drawn],
                    marker='o',
                    markersize=4,
                    **run_style(run, names[run]),
                )
            axes.set(xlim=(0, 100), ylim=(0, 102))

        draw_panels(plot, columns, fill, x='score, %', y='right at IoU 0.50, %')

    errors = '; '.join(
        f'{column} '
        + ', '.join(
            'no detections' if np.isnan(e) else f'{100 * e:.1f}'
            for e in (found.error[place] for found in runs)
        )
        for place, column in enumerate(columns)
    )
    return make_figure(
        name,
        draw,
        size=(8, 3.2 * -(-len(columns) // 4)),
        alt=f'Share of right detections against their score for {", ".join(names)}, by size.',
        caption='Below the diagonal a run is too sure, above it too modest. Groups of fewer than '
        f'{LEAST} detections are not drawn; detections under a score of {LEAST_SCORE:g} are left '
        f'out. Mean distance from the diagonal in points ({", ".join(names)}): {errors}.',
    )
