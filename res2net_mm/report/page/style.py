"""How plots look: a colour and a dash for every run, the same in all of them, in light and dark."""

import io
import re
from collections.abc import Callable

import matplotlib
from matplotlib.figure import Figure as Plot

from res2net_mm.report.page.parts import Figure

# Told apart by readers who confuse red and green (Okabe and Ito, without black and yellow).
RUN_COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9')
RUN_DASHES = ('-', '--', '-.', ':', (0, (5, 1)), (0, (1, 1)))
INK, PALE = '#1f2328', '#d0d7de'  # of text and axes, of the grid
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
    'svg.fonttype': 'none',  # text stays text, which can be read out and found
    'text.color': INK,
    'text.parse_math': False,  # a dollar in a name is a dollar
    'xtick.color': INK,
    'ytick.color': INK,
}
# On the page these are variables of its style sheet, which knows whether it is dark.
_VARIABLES = {INK: 'var(--ink)', PALE: 'var(--grid)'} | {
    colour: f'var(--run{i})' for i, colour in enumerate(RUN_COLOURS)
}


def run_style(index: int, name: str | None = None) -> dict:
    """Colour and dash of the line of a run, and with a name its label in the legend."""
    style = {
        'color': RUN_COLOURS[index % len(RUN_COLOURS)],
        'linestyle': RUN_DASHES[index % len(RUN_DASHES)],
    }
    if name is not None:
        # Matplotlib leaves out what begins with an underscore; a space without width does not.
        style['label'] = f'\u200b{name}' if name.startswith('_') else name
    return style


def make_figure(
    name: str, draw: Callable[[Plot], None], *, size: tuple[float, float], alt: str, caption: str
) -> Figure:
    """Draw a plot and keep it as SVG and as PNG.

    Args:
        name: Of the figure, unique in a report.
        draw: Draws on the empty plot that it is given.
        size: Width and height in inches of 96 px.
        alt: What the plot shows.
        caption: How to read it.
    """
    with matplotlib.rc_context({**_STYLE, 'svg.hashsalt': name}):
        plot = Plot(figsize=size)
        draw(plot)
        plot.draw_without_rendering()  # lays out once what is saved twice
        plot.set_layout_engine('none')
        svg, png = io.StringIO(), io.BytesIO()
        plot.savefig(png, format='png')
        plot.savefig(svg, format='svg', transparent=True, metadata={'Date': None, 'Creator': None})
    return Figure(name, alt, caption, _for_page(svg.getvalue(), name), png.getvalue())


def _for_page(svg: str, name: str) -> str:
    """The drawing alone, its ids unique on the page, its colours those of the page."""
    svg = svg[svg.index('<svg') :]
    svg = re.sub(r'<metadata>.*?</metadata>\s*', '', svg, flags=re.DOTALL)
    svg = re.sub(r'\s+(xmlns|xmlns:xlink|version)="[^"]*"', '', svg, count=3)
    svg = re.sub(r'xlink:href=', 'href=', svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf'\g<1>{name}-', svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, variable)
    return svg
