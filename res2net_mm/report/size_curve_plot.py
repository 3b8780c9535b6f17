"""The curve of AP and AR against object size as a plot, with bins and a histogram of objects."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import FuncFormatter, NullLocator

from res2net_mm.evaluation import SizeResult
from res2net_mm.report.parts import Figure
from res2net_mm.report.size_curve import STEPS, SizeCurve
from res2net_mm.report.small_multiples import draw_legend
from res2net_mm.report.style import PALE, make_figure, run_style
from res2net_mm.report.verdict import ENOUGH


def draw_size_curve(
    curve: SizeCurve, results: Sequence[SizeResult], names: Sequence[str], name: str
) -> Figure:
    """AP and AR as curve and in bins, their differences, and how many objects there are."""

    def draw(plot: Plot) -> None:
        axes = plot.subplots(5, 1, sharex=True, height_ratios=(3, 2, 3, 2, 1.4))
        for score, title in enumerate(('AP', 'AR')):
            top, below = axes[2 * score], axes[2 * score + 1]
            for run, result in enumerate(results):
                top.plot(curve.sizes, 100 * curve.scores[run, score], **run_style(run, names[run]))
                _draw_bins(top, curve, result, title, run_style(run)['color'])
            for run in range(1, len(results)):
                style = run_style(run)
                gain = curve.scores[run, score] - curve.scores[0, score]
                below.plot(curve.sizes, 100 * gain, **style)
                below.fill_between(
                    curve.sizes,
                    *(100 * curve.band[run - 1, score]),
                    color=style['color'],
                    alpha=0.2,
                    linewidth=0,
                )
            below.axhline(0, **run_style(0), linewidth=1)
            top.set_ylabel(f'{title}, %')
            below.set_ylabel(f'difference\nin {title}')
        draw_legend(plot, axes[:1], 'outside upper left')
        _draw_histogram(axes[-1], curve)
        for edge in _edges(results[0]):
            for panel in axes:
                panel.axvline(edge, color=PALE, linewidth=1.5, zorder=0)

    return make_figure(
        name,
        draw,
        size=(8, 9),
        alt=f'AP and AR of {", ".join(names)} against object size, their differences from '
        f'{names[0]}, and a histogram of object sizes.',
        caption='Curves: score of the objects within half an octave of a size. Short lines: score '
        'in the bins, whose limits are the vertical lines. Band: '
        f'{100 * curve.level:g} % for the whole curve of the difference from {names[0]}; where it '
        'leaves zero out, the difference is not noise. Gaps: fewer than '
        f'{ENOUGH} objects.',
    )


def _side(limit: float, by: str) -> float:
    return math.sqrt(limit) if by.endswith('area') else limit


def _edges(result: SizeResult) -> list[float]:
    ends = {
        _side(end, s.size_bin.by) for s in result.bins for end in (s.size_bin.low, s.size_bin.high)
    }
    return sorted(end for end in ends if 0 < end < math.inf)


def _draw_bins(axes, curve: SizeCurve, result: SizeResult, title: str, colour: str) -> None:
    if not len(curve.sizes):
        return
    for scores in result.bins:
        value = scores.ap if title == 'AP' else scores.ar_most
        low, high = (
            _side(end, scores.size_bin.by) for end in (scores.size_bin.low, scores.size_bin.high)
        )
        low, high = max(low, curve.sizes[0]), min(high, curve.sizes[-1])
        if value is not None and low < high:
            axes.hlines(100 * value, low, high, color=colour, alpha=0.55, linewidth=3)


def _draw_histogram(axes, curve: SizeCurve) -> None:
    if len(curve.sizes):
        half = 2 ** (0.5 / STEPS)
        edges = np.r_[curve.sizes / half, curve.sizes[-1] * half]
        axes.hist(curve.sides, bins=edges, color='#8b949e')
    axes.set_ylabel('objects')
    axes.set_xscale('log', base=2)
    relative = curve.by == 'relative-side'
    axes.set_xlabel(
        'size: square root of area / area of the image, %'
        if relative
        else 'size: square root of the area, px'
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f'{100 * v if relative else v:.3g}'))
    axes.xaxis.set_minor_locator(NullLocator())
