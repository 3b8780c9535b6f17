"""What a report says of the kinds of errors: sentences, tables, tones."""

import pytest

from res2net_mm.evaluation import compare_results
from res2net_mm.evaluation.detection.errors import KINDS
from res2net_mm.report.detection.error_section import (
    WORDS,
    cost_table,
    cost_tone,
    error_part,
    ranking_table,
    worst_kinds,
)


@pytest.fixture(scope='module')
def errors(drawn):
    return [drawn.score(run, errors=True).errors for run in (0, 1)]


def test_a_sentence_for_each_size_says_what_costs_most(errors):
    compared = [compare_results(*errors, resamples=5)]
    for place, column in enumerate(errors[0].columns):
        said = worst_kinds(compared, ['a', 'b'], place)
        assert said.lower().startswith(f'{column.size_bin.name} objects: ')
        worst = max(KINDS, key=lambda kind: column.scores[kind])
        assert WORDS[worst] in said
        assert f'{100 * column.scores[worst]:.1f} points' in said
    alone = worst_kinds([compare_results(errors[0], errors[0], resamples=5)], ['a', 'b'], 0)
    assert alone.startswith('Small objects: most AP50 is lost to ')
    assert alone.endswith(' points in b.')


def test_the_worst_kind_of_each_size_stands_first(errors):
    table = ranking_table(['a', 'b'], [compare_results(*errors, resamples=5)])
    ranks = [f'{name}: {rank}.' for name in 'ab' for rank in (1, 2, 3)]
    assert [row[0].text for row in table.rows] == ranks
    for run, result in enumerate(errors):
        for place, column in enumerate(result.columns):
            costs = sorted((column.scores[kind] for kind in KINDS), reverse=True)[:3]
            shown = [row[1 + place].text for row in table.rows[3 * run : 3 * run + 3]]
            assert [text.split()[1] for text in shown] == [f'{100 * cost:.1f}' for cost in costs]
            assert column.scores[shown[0].split()[0]] == costs[0]


def test_less_cost_is_a_gain(errors):
    comparison = compare_results(*errors, resamples=30)
    table = cost_table(['a', 'b'], [comparison])
    rows = {row[0].text: row for row in table.rows}
    assert rows['missed: a'][4].text == f'{100 * errors[0].overall.scores["missed"]:.1f}'
    assert rows['all objects not found: b'][1].text.replace('.', '').isdigit()
    overall = comparison.overall
    assert overall.scores['missed'].high < 0  # the second misses less
    assert cost_tone(overall, 'missed') == 'gain'
    assert rows['missed: b'] is not None
    place = [row[0].text for row in table.rows].index('missed: b')
    assert table.rows[place + 1][-1].tone == 'gain'


def test_the_part_is_whole_without_images(errors, drawn):
    class Run:
        images = None

        def __init__(self, name):
            self.name = name

    comparisons = [compare_results(*errors, resamples=5)]
    part, lead = error_part([Run('a'), Run('b')], errors, comparisons, pictures=True)
    assert part.text[0] == lead
    assert [figure.name for figure in part.figures] == [
        'errors_bbox',
        'confusion_bbox_0',
        'confusion_bbox_1',
    ]
    assert part.pictures == []


def test_no_cost_is_below_zero(errors):
    table = cost_table(['a', 'b'], [compare_results(*errors, resamples=5)])
    costs = [row for row in table.rows if not row[0].text.startswith('difference')]
    assert not any(cell.text.startswith('-') for row in costs for cell in row)
