"""A section says so where a bin holds nothing."""

import pytest
from test_compare import compare

from res2net_mm.evaluation import compare_results
from res2net_mm.report.by_size.size_section import class_table, records, score_table
from res2net_mm.report.by_size.verdict import DETECTION, VOC, points, tone_of


def test_bins_without_objects(drawn, tmp_path):
    report, _ = compare(
        drawn.files,
        tmp_path / 'r.html',
        gt=drawn.gt,
        bins=[('none', 1e7, None)],
        iou_types=['bbox'],
    )
    none, everything = report.sections[0].verdicts[0].cards
    assert (none.tone, none.change, none.detail) == ('nothing', '–', ['0 objects'])
    assert everything.tone != 'nothing'


@pytest.fixture(scope='module')
def comparison(drawn):
    return compare_results(drawn.score(0), drawn.score(1), resamples=20)


def test_scores_and_differences(comparison):
    table = score_table(['a', 'b', 'c'], [comparison, comparison], DETECTION)
    cells = {row[0].text: row[1:] for row in table.rows}
    for place, column in enumerate((*comparison.bins, comparison.overall)):
        assert cells['objects'][place].text == str(column.objects)
        for score, found in column.scores.items():
            assert cells[f'{score}: a'][place].text == f'{100 * found.a:.1f}'
            assert cells[f'{score}: b'][place].text == f'{100 * found.b:.1f}'
        ap, cell = column.scores['AP'], table.rows[3][1 + place]
        assert cell.text == f'{points(ap.difference)} ({points(ap.low)} to {points(ap.high)})'
        assert cell.tone == tone_of(column, 'AP')
    assert len(table.rows) == 1 + len(DETECTION.scores) * (1 + 2 * 2)
    assert len(score_table(['a', 'b'], [comparison], VOC).rows) == 1 + 2 * 3


def test_classes(comparison):
    table = class_table(('a', 'b'), comparison, 'AR', DETECTION)
    assert [row[0].text for row in table.rows] == [c.name for c in comparison.classes]
    for row, scored in zip(table.rows, comparison.classes, strict=True):
        for cell, column in zip(row[1:], (*scored.bins, scored.overall), strict=True):
            found = column.scores.get('AR')
            if found is None:
                assert (cell.text, cell.tone, cell.detail) == ('no objects', 'nothing', '')
            else:
                assert cell.text.startswith(points(found.difference))
                assert cell.detail.endswith(f'objects: {column.objects}')


def test_records_are_all_numbers_unrounded(comparison):
    listed = list(records('bbox', ['a', 'b'], [comparison], DETECTION))
    assert len(listed) == (1 + 5) * 4 * len(DETECTION.scores)
    first = listed[0]
    small = comparison.bins[0]
    assert (first['class'], first['bin'], first['score']) == ('all classes', 'small', 'AP')
    found = small.scores['AP']
    assert first['objects'] == small.objects
    assert [first[key] for key in ('a', 'b', 'difference', 'low', 'high', 'b_wins')] == [
        *(found.a, found.b, found.b - found.a, found.low, found.high, found.b_wins)
    ]
