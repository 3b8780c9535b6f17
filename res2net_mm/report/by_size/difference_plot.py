"""The differences of the table as marks with their intervals, size by size."""

from collections.abc import Sequence

from matplotlib.figure import Figure as Plot

from res2net_mm.evaluation import Comparison
from res2net_mm.report.by_size.terms import Terms
from res2net_mm.report.by_size.verdict import tone_of
from res2net_mm.report.page.parts import GAIN, LOSS, Figure
from res2net_mm.report.page.small_multiples import draw_legend
from res2net_mm.report.page.style import INK, make_figure, run_style


def draw_differences(
    names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms, name: str
) -> Figure:
    """The scores of each run minus the first's, per bin, with intervals."""

    def draw(plot: Plot) -> None:
        panels = plot.subplots(1, len(terms.drawn), sharey=True)
        columns = (*comparisons[0].bins, comparisons[0].overall)
        for axes, score in zip(panels, terms.drawn, strict=True):
            axes.axvline(0, color=INK, linewidth=1)
            for run, comparison in enumerate(comparisons, 1):
                shift = 0.22 * (run - (len(comparisons) + 1) / 2)
                for place, column in enumerate((*comparison.bins, comparison.overall)):
                    difference = column.scores.get(score)
                    if difference is None:
                        continue
                    told = tone_of(column, score) in (GAIN, LOSS)
                    style = {**run_style(run, names[run]), 'linestyle': '-'}
                    colour = style['color']
                    ends = [100 * difference.low, 100 * difference.high]
                    axes.plot(ends, [place + shift] * 2, linewidth=2.5, **style)
                    axes.plot(
                        100 * difference.difference,
                        place + shift,
                        'o',
                        color=colour,
                        # Filled beyond noise, hollow else.
                        markerfacecolor=colour if told else 'none',
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
        size=(8, 1 + 0.45 * (len(comparisons[0].bins) + 1) + 0.3 * (len(comparisons) > 1)),
        alt=f'Differences from {names[0]} in {terms.titles_text} for each size, with intervals.',
        caption=f'{", ".join(names[1:])} minus {names[0]}. Filled: the '
        f'{100 * comparisons[0].level:g} % interval leaves out zero. Hollow: may be noise, '
        f'or too few {terms.thing}s to tell.',
    )
