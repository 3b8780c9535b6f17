"""Plots take any name, stand in any page, and look the same each time."""

from matplotlib.axes import Axes

from res2net_mm.report.page.plots import RUN_COLOURS, make_panels, run_colour, run_style


def fill(axes: Axes, panel: int) -> None:
    for run, name in enumerate(('$a$ <b>', '_c')):
        axes.plot([0, 1], [panel, run], **run_style(run, name))


def panels(name: str, count: int):
    titles = [f'panel {i}' for i in range(count)]
    return make_panels(name, titles, fill, x='across', y='up', alt='alt', caption='caption')


def test_every_panel_has_its_title_and_every_run_its_label_once():
    figure = panels('x', 5)
    for text in (*(f'panel {i}' for i in range(5)), 'across', 'up', '$a$ &lt;b&gt;', '\u200b_c'):
        assert figure.svg.count(f'>{text}</text>') == 1
    assert figure.png.startswith(b'\x89PNG')


def test_the_page_colours_runs_and_ids_are_those_of_the_figure():
    svg = panels('x', 1).svg
    assert 'var(--run0)' in svg
    assert RUN_COLOURS[0] not in svg
    assert 'id="x-' in svg
    assert panels('x', 1).svg == svg


def test_colours_begin_again_after_the_last():
    assert run_colour(len(RUN_COLOURS)) == run_colour(0)
    assert 'label' not in run_style(0)
