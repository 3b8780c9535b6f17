"""The page is what the rows say, and the configs say the same."""

import re

import pytest
from shipped_configs import CONFIGS, ROOT

from lab.model_index import PUBLISHED, RESULT
from res2net_mm.reproduction.plan import Plan
from res2net_mm.reproduction.rows import all_rows, find_rows
from res2net_mm.reproduction.sheet import describe, listing, sheet, write_sheet

PAGE = ROOT / 'docs/reproduction.md'


def test_the_page_is_up_to_date():
    written = PAGE.read_text(encoding='utf-8')
    assert written == sheet(), 'run: res2net-mm reproduce --write'


def test_every_row_and_every_number_is_on_the_page():
    page = PAGE.read_text(encoding='utf-8')
    lines = {line.split('`')[1]: line for line in page.splitlines() if line.startswith('| `')}
    for row in all_rows():
        for metric, number in row.expected.items():
            assert f'{metric} {number}' in lines[row.name]


def test_it_is_written_whole(tmp_path):
    assert write_sheet(tmp_path / 'page.md').read_text(encoding='utf-8') == sheet()


def test_a_line_for_each_row():
    lines = listing(all_rows()).splitlines()
    assert len(lines) == 1 + len(all_rows())
    assert 'mmdet/htc_20e' in lines[[row.name for row in all_rows()].index('mmdet/htc_20e') + 1]


def test_a_row_is_told_with_source_command_size_and_differences():
    text = describe(find_rows('table7/r2n50')[0])
    assert 'table 7' in text
    assert 'command    res2net-mm train deeplabv3plus_r2n50_voc12aug' in text
    assert re.search(r"learning rate: 0.01, published 0.007 \(MMSegmentation's schedule", text)
    assert 'no config' in describe(find_rows('table6/r50')[0])


def _published(path):
    """Results that the first line of a config names as published for Res2Net or in its paper."""
    found = PUBLISHED.match(path.read_text().splitlines()[0])
    sources = 'paper table', 'Res2Net-'
    ours = found and ('_r2n' in path.stem or any(source in found[2] for source in sources))
    return dict(RESULT.findall(found[1])) if ours else {}


@pytest.mark.parametrize(
    'path', [path for path in CONFIGS if _published(path)], ids=lambda path: path.stem
)
def test_the_head_of_a_config_states_what_a_row_has(path):
    rows = [row for row in all_rows() if row.config == path.stem]
    for metric, number in _published(path).items():
        held = [row.expected[metric] for row in rows if metric in row.expected]
        assert number in held, f'{metric} {number} has no row: {held}'


def test_configs_of_the_rows_are_shipped():
    shipped = {path.stem for path in CONFIGS}
    for row in all_rows():
        if Plan(row).ready and '::' not in row.config:
            assert row.config in shipped
