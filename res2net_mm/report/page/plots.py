"""How plots look: every run has one colour and one dash in all of them, in light and dark."""

import io
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

from res2net_mm.lettering import letter
from res2net_mm.report.page.parts import Figure

# Told apart by readers who confuse red and green (Okabe and Ito, without black and yellow).
RUN_COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9')
RUN_DASHES = ('-', '--', '-.', ':', (0, (5, 1)), (0, (1, 1)))
INK, PALE = '#1f2328', '#d0d7de'  # text and axes, grid
_STYLE = {
    'axes.edgecolor': INK,
    'axes.grid': True,
    'axes.labelcolor': INK,
    'axes.spines.right': False,
    'axes.spines.top': False,
    'axes.titlesize': 'medium',
    'figure.constrained_layout.use': True,
    'font.size': 10,
    'grid.color': PALE,
    'grid.linewidth': 0.6,
    'legend.frameon': False,
    'lines.linewidth': 1.8,
    'savefig.dpi': 150,
    'svg.fonttype': 'none',  # text stays text, which can be searched and read aloud
    'text.color': INK,
    'text.parse_math': False,  # a dollar in a name is a dollar
    'xtick.color': INK,
    'ytick.color': INK,
}
# On the page these colours are variables of the style sheet, which knows whether the page is dark.
_VARIABLES = {INK: 'var(--ink)', PALE: 'var(--grid)'} | {
    colour: f'var(--run{i})' for i, colour in enumerate(RUN_COLOURS)
}


def run_colour(index: int) -> str:
    """Return the colour ``#rrggbb`` of a run."""
    return RUN_COLOURS[index % len(RUN_COLOURS)]


def run_style(index: int, name: str | None = None) -> dict[str, Any]:
    """Return colour and dash of the line of a run, and with a name its label in the legend."""
    style = {'color': run_colour(index), 'linestyle': RUN_DASHES[index % len(RUN_DASHES)]}
    if name is not None:
        # Matplotlib hides labels that begin with an underscore; a space of no width prevents it.
        style['label'] = f'\u200b{name}' if name.startswith('_') else name
    return style


def make_figure(
    name: str, draw: Callable[[Plot], None], *, size: tuple[float, float], alt: str, caption: str
) -> Figure:
    """Draw a plot of a size in inches and keep it as SVG and as PNG.

    The name is unique in a report; ``draw`` draws on the empty plot that it receives.
    """
    with matplotlib.rc_context({**_STYLE, 'svg.hashsalt': name}):
        plot = Plot(figsize=size)
        draw(plot)
        svg, png = io.StringIO(), io.BytesIO()
        with warnings.catch_warnings():  # of letters that only the reader's browser has
            warnings.filterwarnings('ignore', 'Glyph .* missing')
            plot.draw_without_rendering()  # one layout for both files
            plot.set_layout_engine('none')
            about = {'Date': None, 'Creator': None}
            plot.savefig(svg, format='svg', transparent=True, metadata=about)
        said = letter(plot).said()
        plot.savefig(png, format='png')
    caption = f'{caption} In the PNG: {said}.' if said else caption
    return Figure(name, alt, caption, _for_page(svg.getvalue(), name), png.getvalue())


def make_panels(
    name: str,
    titles: Sequence[str],
    fill: Callable[[Axes, int], None],
    *,
    alt: str,
    caption: str,
    x: str = '',
    y: str = '',
    shared: bool = True,
    per_row: int = 4,
    height: float = 3.2,
) -> Figure:
    """Draw rows of small panels, ``height`` inches high, with one legend.

    ``fill`` draws into the axes of the panel with an index, with labels for the legend; ``x`` and
    ``y`` are labels of all axes, which are the same in all panels if they are ``shared``.
    """
    across = min(per_row, len(titles))
    down = -(-len(titles) // across)

    def draw(plot: Plot) -> None:
        grid = plot.subplots(down, across, sharex=shared, sharey=shared, squeeze=False)
        for index, axes in enumerate(grid.flat):
            if index >= len(titles):
                axes.set_axis_off()
                continue
            fill(axes, index)
            axes.set_title(titles[index])
        plot.supxlabel(x, fontsize='medium')
        plot.supylabel(y, fontsize='medium')
        draw_legend(plot, grid.flat, 'outside upper left')

    return make_figure(name, draw, size=(8, height * down), alt=alt, caption=caption)


def draw_legend(plot: Plot, panels: Iterable[Axes], place: str) -> None:
    """Draw one legend of all panels, every label once."""
    handles: dict[str, Any] = {}
    for axes in panels:
        lines, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, lines, strict=True))
    if handles:
        plot.legend(handles.values(), handles.keys(), loc=place, ncols=3)


def _for_page(svg: str, name: str) -> str:
    """Return the drawing alone, its ids unique on the page, its colours those of the page."""
    svg = svg[svg.index('<svg') :]
    svg = re.sub(r'<metadata>.*?</metadata>\s*', '', svg, flags=re.DOTALL)
    svg = re.sub(r'\s+(xmlns|xmlns:xlink|version)="[^"]*"', '', svg, count=3)
    svg = re.sub(r'xlink:href=', 'href=', svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf'\g<1>{name}-', svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
