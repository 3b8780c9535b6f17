"""Scores against apparent size, and of the same objects against zoom, as one picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import FuncFormatter, NullLocator

from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.plots import PALE, draw_legend, make_figure, run_colour, run_style

from .size_curve import DRAWN, SizeCurve
from .zoom_scores import ZoomedDetector


def draw_curves(
    curves: Sequence[SizeCurve], detectors: Sequence[ZoomedDetector], iou_type: str
) -> Figure:
    """Draw the curves of all detectors with their intervals and flat ranges.

    Above: AP and AR by apparent size, a hollow mark where too few objects were seen. Below: AP of
    the objects of each size in the image, at each zoom.
    """
    columns = detectors[0].results[iou_type][0].columns

    def draw(plot: Plot) -> None:
        above, below = plot.subfigures(2, 1, height_ratios=(2.2, 1))
        panels = above.subplots(2, 1, sharex=True)
        for axes, score in zip(panels, DRAWN, strict=True):
            for run, curve in enumerate(curves):
                _draw_curve(axes, curve, score, run)
            top = np.nanmax([100 * c.scores[SCORE_NAMES.index(score)] for c in curves], initial=5)
            axes.set_ylim(-0.06 * (len(curves) + 1) * top, 1.12 * top)
            axes.set_ylabel(f'{score}, %')
            _as_octaves(axes)
        panels[-1].set_xlabel("apparent size: square root of the area, px of the network's input")
        draw_legend(above, panels[:1], 'outside upper left')
        small = below.subplots(1, len(columns), sharey=True, sharex=True, squeeze=False)[0]
        for place, axes in enumerate(small):
            for run, detector in enumerate(detectors):
                results = detector.results[iou_type]
                zooms = [of.zoom for of in detector.runs]
                scores = [r.columns[place].scores['AP'] for r in results]
                values = [np.nan if score is None else 100 * score for score in scores]
                axes.plot(zooms, values, marker='.', **run_style(run))
            axes.axvline(1, color=PALE, linewidth=1.5, zorder=0)
            axes.set_title(columns[place].size_bin.name)
            _as_octaves(axes)
            axes.tick_params(axis='x', labelrotation=45)
        small[0].set_ylabel('AP, %')
        below.supxlabel('zoom, by the size of the objects in the image', fontsize='medium')

    names = ', '.join(curve.name for curve in curves)
    return make_figure(
        'size_curve',
        draw,
        size=(8, 9),
        alt=f'AP and AR of {names} against apparent size, and AP against zoom by size.',
        caption='Bars: the flat range, within 5 % of the best.',
    )


def _draw_curve(axes: Axes, curve: SizeCurve, score: str, run: int) -> None:
    """Draw one score with its band; a bar at the foot marks the flat range."""
    s, colour = SCORE_NAMES.index(score), run_colour(run)
    centres = np.array([np.sqrt(size_bin.low * size_bin.high) for size_bin in curve.bins])
    there = ~np.isnan(curve.scores[s])
    label = curve.name
    found = curve.flat.get(score)
    if found is not None and score == DRAWN[0]:
        label += f' (flat {found.low:g} to {found.high:g} px)'
    axes.plot(centres[there], 100 * curve.scores[s, there], **run_style(run, label))
    for filled in (True, False):
        marked = there & (curve.enough == filled)
        face = colour if filled else 'none'
        axes.plot(centres[marked], 100 * curve.scores[s, marked], 'o', color=colour, mfc=face)
    low, high = 100 * curve.intervals[:, s]
    axes.fill_between(centres, low, high, color=colour, alpha=0.2, linewidth=0)
    if found is not None:
        where = axes.get_xaxis_transform()  # its height is a share of the panel's
        axes.hlines(
            0.02 + 0.04 * run,
            found.low,
            found.high,
            color=colour,
            linewidth=4,
            transform=where,
        )


def _as_octaves(axes: Axes) -> None:
    """Set the horizontal axis to octaves, labelled by plain numbers."""
    axes.set_xscale('log', base=2)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f'{value:.4g}'))
    axes.xaxis.set_minor_locator(NullLocator())
