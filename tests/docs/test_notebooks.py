"""The notebooks run from top to bottom, as they lie there."""

import re

import pytest
from PIL import Image

from lab import notebooks

MADE = {
    'own_data.ipynb': ('own_data/report.html', 'own_data/fpn/ap_by_size.json'),
    'size_report.ipynb': ('report/report.html', 'report/report.csv'),
}
each = pytest.mark.parametrize('notebook', notebooks.notebooks(), ids=lambda path: path.name)


def test_there_are_two():
    assert [path.name for path in notebooks.notebooks()] == sorted(MADE)


@each
def test_it_holds_no_outputs(notebook):
    for cell in notebooks.cells(notebook):
        assert not cell.get('outputs')
        assert cell.get('execution_count') is None


@pytest.mark.slow
@each
def test_it_runs_from_top_to_bottom(notebook, tmp_path):
    said = notebooks.run(notebook, tmp_path)
    for name in MADE[notebook.name]:
        assert (tmp_path / name).stat().st_size > 500
    for picture in tmp_path.rglob('*.png'):
        with Image.open(picture) as image:
            image.verify()
    if notebook.name == 'size_report.ipynb':  # the faults of its detectors are those of the text
        assert re.search(r'fine against coarse.*gains at small.*loses at medium', said)
    else:
        assert said.count('bbox: AP and AR in %') == 3


def test_a_cell_that_fails_ends_the_program(tmp_path):
    failing = tmp_path / 'failing.ipynb'
    failing.write_text(
        '{"cells": [{"cell_type": "code", "source": ["folder = \'nowhere\'\\n", '
        '"!res2net-mm check {folder}"]}, {"cell_type": "code", "source": ["print(1 / 0)"]}]}'
    )
    with pytest.raises(RuntimeError, match='nowhere') as failure:
        notebooks.run(failing, tmp_path)
    assert 'ZeroDivisionError' not in str(failure.value)
