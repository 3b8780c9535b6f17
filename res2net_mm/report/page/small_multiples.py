"""A row of small panels, one per size, with one legend and shared axes."""

from collections.abc import Callable, Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot

PER_ROW = 4


def draw_panels(
    plot: Plot,
    titles: Sequence[str],
    fill: Callable[[Axes, int], None],
    *,
    x: str,
    y: str,
    shared: bool = True,
    per_row: int = PER_ROW,
) -> None:
    """Draw panels.

    Args:
        plot: The empty plot.
        titles: Of the panels.
        fill: Draws into the axes of the panel with this index, with labels for the legend.
        x: Label of the axis.
        y: Label of the axis.
        shared: Whether all panels have the same axes.
        per_row: How many panels stand side by side.
    """
    across = min(per_row, len(titles))
    down = -(-len(titles) // across)
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


def draw_legend(plot: Plot, panels: Iterable[Axes], place: str) -> None:
    """One legend of all panels, every label once."""
    handles = {}
    for axes in panels:
        handles |= {
            name: handle for handle, name in zip(*axes.get_legend_handles_labels(), strict=True)
        }
    if handles:
        plot.legend(handles.values(), handles.keys(), loc=place, ncols=3)
