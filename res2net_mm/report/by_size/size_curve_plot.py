"""The curve of scores against size as a plot, with bins and a histogram of objects."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import FuncFormatter, NullLocator

from res2net_mm.evaluation import Comparison
from res2net_mm.report.by_size.size_curve import STEPS, SizeCurve
from res2net_mm.report.by_size.verdict import ENOUGH
from res2net_mm.report.page.parts import Figure
from res2net_mm.report.page.small_multiples import draw_legend
from res2net_mm.report.page.style import PALE, make_figure, run_style


def draw_size_curve(
    curve: SizeCurve, comparisons: Sequence[Comparison], names: Sequence[str], name: str
) -> Figure:
    """Scores as curve and in bins, their differences, and how many objects there are."""
    terms = curve.terms
    drawn = len(terms.drawn)

    def draw(plot: Plot) -> None:
        axes = plot.subplots(2 * drawn + 1, 1, sharex=True, height_ratios=(*((3, 2) * drawn), 1.4))
        for score, key in enumerate(terms.drawn):
            title = terms.title(key)
            top, below = axes[2 * score], axes[2 * score + 1]
            for run in range(len(names)):
                top.plot(curve.sizes, 100 * curve.scores[run, score], **run_style(run, names[run]))
                of_run = comparisons[max(run - 1, 0)], 'b' if run else 'a'
                _draw_bins(top, curve, *of_run, key, run_style(run)['color'])
            for run in range(1, len(names)):
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
        for edge in _edges(comparisons[0]):
            for panel in axes:
                panel.axvline(edge, color=PALE, linewidth=1.5, zorder=0)

    return make_figure(
        name,
        draw,
        size=(8, 1 + 4 * drawn),
        alt=f'{terms.titles_text} of {", ".join(names)} against {terms.thing} size, their '
        f'differences from {names[0]}, and a histogram of {terms.thing} sizes.',
        caption=f'Curves: score of the {terms.thing}s within half an octave of a size. Short '
        'lines: score in the bins, whose limits are the vertical lines. Band: '
        f'{100 * curve.level:g} % for the whole curve of the difference from {names[0]}; where it '
        'leaves zero out, the difference is not noise. Gaps: fewer than '
        f'{ENOUGH} {terms.thing}s.',
    )


def _side(limit: float, by: str) -> float:
    return math.sqrt(limit) if by.endswith('area') else limit


def _edges(comparison: Comparison) -> list[float]:
    bins = [column.size_bin for column in comparison.bins]
    ends = {_side(end, b.by) for b in bins for end in (b.low, b.high)}
    return sorted(end for end in ends if 0 < end < math.inf)


def _draw_bins(
    axes, curve: SizeCurve, comparison: Comparison, run: str, score: str, colour: str
) -> None:
    if not len(curve.sizes):
        return
    for column in comparison.bins:
        size_bin, found = column.size_bin, column.scores.get(score)
        low, high = (_side(end, size_bin.by) for end in (size_bin.low, size_bin.high))
        low, high = max(low, curve.sizes[0]), min(high, curve.sizes[-1])
        if found is not None and low < high:
            axes.hlines(100 * getattr(found, run), low, high, color=colour, alpha=0.55, linewidth=3)


def _draw_histogram(axes, curve: SizeCurve) -> None:
    if len(curve.sizes):
        half = 2 ** (0.5 / STEPS)
        edges = np.r_[curve.sizes / half, curve.sizes[-1] * half]
        axes.hist(curve.sides, bins=edges, color='#8b949e')
    axes.set_ylabel(f'{curve.terms.thing}s')
    axes.set_xscale('log', base=2)
    relative = curve.by == 'relative-side'
    axes.set_xlabel(
        'size: square root of area / area of the image, %'
        if relative
        else 'size: square root of the area, px'
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f'{100 * v if relative else v:.3g}'))
    axes.xaxis.set_minor_locator(NullLocator())
