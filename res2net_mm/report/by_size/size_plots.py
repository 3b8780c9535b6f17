"""Scores by size as plots: differences in the bins, and curves with a histogram of objects."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from matplotlib.ticker import FuncFormatter, NullLocator

from res2net_mm.evaluation import Comparison
from res2net_mm.report.by_size.size_curve import STEPS, SizeCurve
from res2net_mm.report.by_size.verdict import ENOUGH, Terms, tone_of
from res2net_mm.report.page.parts import GAIN, LOSS, Figure
from res2net_mm.report.page.plots import INK, PALE, draw_legend, make_figure, run_style

GREY = '#8b949e'


def draw_differences(
    names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms, name: str
) -> Figure:
    """Draw the scores of each run minus those of the first, per bin, with intervals."""
    columns = comparisons[0].columns

    def draw(plot: Plot) -> None:
        panels = [*plot.subplots(1, len(terms.drawn), sharey=True, squeeze=False).flat]
        for axes, score in zip(panels, terms.drawn, strict=True):
            axes.axvline(0, color=INK, linewidth=1)
            for run, comparison in enumerate(comparisons, 1):
                style = {**run_style(run, names[run]), 'linestyle': '-'}
                shift = 0.22 * (run - (len(comparisons) + 1) / 2)
                for place, column in enumerate(comparison.columns):
                    if (found := column.scores.get(score)) is None:
                        continue
                    told = tone_of(column, score) in (GAIN, LOSS)
                    ends = [100 * found.low, 100 * found.high]
                    axes.plot(ends, [place + shift] * 2, linewidth=2.5, **style)
                    axes.plot(
                        100 * found.difference,
                        place + shift,
                        'o',
                        color=style['color'],
                        markerfacecolor=style['color'] if told else 'none',
                        markersize=8,
                    )
            axes.set_title(f'difference in {terms.title(score)}, points')
            axes.set_yticks(range(len(columns)), [c.size_bin.name for c in columns])
            axes.grid(axis='y', visible=False)
        panels[0].set_ylim(len(columns) - 0.5, -0.5)
        if len(comparisons) > 1:
            draw_legend(plot, panels, 'outside lower center')

    return make_figure(
        name,
        draw,
        size=(8, 1 + 0.45 * len(columns) + 0.3 * (len(comparisons) > 1)),
        alt=f'Differences from {names[0]} in {terms.titles_text} for each size, with intervals.',
        caption=f'{", ".join(names[1:])} minus {names[0]}. Filled: the '
        f'{100 * comparisons[0].level:g} % interval leaves out zero. Hollow: may be noise, '
        f'or too few {terms.thing}s to tell.',
    )


def draw_size_curve(
    curve: SizeCurve, comparisons: Sequence[Comparison], names: Sequence[str], name: str
) -> Figure:
    """Draw scores as curves and in bins, their differences, and the number of objects."""
    terms = curve.terms
    drawn = len(terms.drawn)

    def draw(plot: Plot) -> None:
        axes = plot.subplots(2 * drawn + 1, 1, sharex=True, height_ratios=(*((3, 2) * drawn), 1.4))
        for score, key in enumerate(terms.drawn):
            top, below = axes[2 * score], axes[2 * score + 1]
            for run, run_name in enumerate(names):
                style = run_style(run)
                top.plot(curve.sizes, 100 * curve.scores[run, score], **run_style(run, run_name))
                of_run = comparisons[max(run - 1, 0)], 'b' if run else 'a'
                _draw_bins(top, curve, *of_run, key, style['color'])
                if run:
                    gain = curve.scores[run, score] - curve.scores[0, score]
                    low, high = 100 * curve.band[run - 1, score]
                    below.plot(curve.sizes, 100 * gain, **style)
                    below.fill_between(
                        curve.sizes, low, high, color=style['color'], alpha=0.2, linewidth=0
                    )
            below.axhline(0, **run_style(0), linewidth=1)
            top.set_ylabel(f'{terms.title(key)}, %')
            below.set_ylabel(f'difference\nin {terms.title(key)}')
        draw_legend(plot, axes[:1], 'outside upper left')
        _draw_histogram(axes[-1], curve)
        bins = [column.size_bin for column in comparisons[0].bins]
        edges = {_side(end, b.by) for b in bins for end in (b.low, b.high)}
        for edge in sorted(end for end in edges if 0 < end < math.inf):
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


def _draw_bins(
    axes: Axes, curve: SizeCurve, comparison: Comparison, run: str, score: str, colour: str
) -> None:
    if not len(curve.sizes):
        return
    for column in comparison.bins:
        size_bin, found = column.size_bin, column.scores.get(score)
        low, high = (_side(end, size_bin.by) for end in (size_bin.low, size_bin.high))
        low, high = max(low, curve.sizes[0]), min(high, curve.sizes[-1])
        if found is not None and low < high:
            axes.hlines(100 * getattr(found, run), low, high, color=colour, alpha=0.55, linewidth=3)


def _draw_histogram(axes: Axes, curve: SizeCurve) -> None:
    if len(curve.sizes):
        half = 2 ** (0.5 / STEPS)
        edges = np.r_[curve.sizes / half, curve.sizes[-1] * half]
        axes.hist(curve.sides, bins=edges, color=GREY)
    axes.set_ylabel(f'{curve.terms.thing}s')
    axes.set_xscale('log', base=2)
    scale, size = 1, 'the area, px'
    if curve.by == 'relative-side':
        scale, size = 100, 'area / area of the image, %'
    axes.set_xlabel(f'size: square root of {size}')
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f'{scale * value:.3g}'))
    axes.xaxis.set_minor_locator(NullLocator())
