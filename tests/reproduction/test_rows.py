"""Rows are read from their tables, and what the zoo has from the zoo."""

import re

import pytest

from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, find
from res2net_mm.reproduction.rows import PAPER, Table, _rows_of, all_rows, all_tables, find_rows

TABLE = dict(title='a title', source='a source', data='imagenet')


def read(rows: str, metrics: str, **more):
    return list(_rows_of(Table('key', metrics=metrics, rows=rows, **TABLE, **more)))


def test_a_line_is_a_row():
    (row,) = read('r2n | A network | 1.50 - .2 | recipe=r', 'a, b, c', config='{}_x')
    assert (row.name, row.network, row.config, row.recipe) == ('key/r2n', 'A network', 'r2n_x', 'r')
    assert row.expected == {'a': '1.50', 'c': '.2'}
    assert row.sources == ['a source']


def test_what_the_zoo_has_is_read_from_there():
    (row,) = read(
        'n | N | = = = = | preset=res2net50_26w_8s',
        'top-1 error, top-5 accuracy, params M, GMACs',
    )
    preset = find('res2net50_26w_8s')
    assert float(row.expected['top-1 error']) == pytest.approx(100 - preset.top1)
    assert float(row.expected['top-5 accuracy']) == preset.top5
    assert row.expected['params M'] == '48.40'
    assert row.trained == 'res2net://res2net50_26w_8s'
    assert any('Res2Net-PretrainedModels' in source for source in row.sources)


def test_a_publishers_file_has_its_own_accuracy():
    (row,) = read('n | N | = = | weights=Res2Net50_vd_26w_4s', 'top-1 accuracy, params M')
    assert row.expected == {'top-1 accuracy': '79.75', 'params M': '25.72'}
    assert row.preset is PRESETS['res2net50_v1b_26w_4s']
    assert row.trained == 'res2net://Res2Net50_vd_26w_4s'


def test_too_few_numbers_are_an_error():
    with pytest.raises(ValueError, match='zip'):
        read('n | N | 1.5', 'a, b')


def test_names_are_unique_and_every_row_has_numbers_and_a_source():
    names = [row.name for row in all_rows()]
    assert len(names) == len(set(names))
    for row in all_rows():
        assert row.expected, row.name
        assert all(re.fullmatch(r'\d*\.?\d+', number) for number in row.expected.values())
        assert len(row.table.source) > 20


@pytest.mark.parametrize('number', range(1, 11))
def test_every_table_of_the_paper_is_there(number):
    sources = [table.source for table in all_tables() if table.source.startswith(PAPER)]
    cited = re.compile(rf'tables? (\d and )?{number}(?!\d)')
    assert any(cited.search(source.replace(PAPER, '')) for source in sources)


def test_notes_are_of_rows_that_there_are():
    for table in all_tables():
        rows = {row.name.partition('/')[2] for row in all_rows() if row.table is table}
        assert table.notes.keys() <= rows, table.key


def test_a_row_or_a_table_is_found():
    assert [row.name for row in find_rows('table7/r2n50')] == ['table7/r2n50']
    assert len(find_rows('table7')) == len(find_rows('table7/')) == 7
    with pytest.raises(
        UserError, match=r"'table7/r2n5' is unknown; the nearest are .*table7/r2n50"
    ):
        find_rows('table7/r2n5')


@pytest.mark.parametrize(
    ('row', 'words'),
    [
        ('table3/r2n50_26w8s', '78.95'),
        ('timm/r2n50_26w8s', '79.20'),
        ('table8/r2n101', 'code base'),
        ('table8/r2n50_26w4s', 'STRIDE_IN_1X1'),
        ('table10/r2n50_26w4s', '3.3 %'),
        ('table4/r2nx29_6c24w4s', 'classifier of 10 classes'),
        ('table1-2/r2ndla60', '20.85'),
    ],
)
def test_rows_say_where_sources_contradict_each_other(row, words):
    (found,) = find_rows(row)
    assert words in f'{found.note} {found.table.note}'
