"""What a report says of the kinds of errors: sentences, tables, tones."""

import pytest

from res2net_mm.evaluation import compare_results
from res2net_mm.report.detection.error_section import cost_table, cost_tone, error_part, worst_kinds


@pytest.fixture(scope='module')
def errors(drawn):
    return [drawn.score(run, errors=True).errors for run in (0, 1)]


def test_a_sentence_for_each_size_names_the_worst_kind(errors):
    for place, column in enumerate(errors[0].columns):
        said = worst_kinds(errors, ['a', 'b'], place)
        name = 'all' if column.size_bin.name == 'all' else column.size_bin.name
        assert said.lower().startswith(f'{name} objects: ')
        worst = max(column.scores[kind] for kind in ('missed', 'duplicate', 'both', 'localisation'))
        assert f'{100 * worst:.1f}' in said
    alone = worst_kinds([errors[0]] * 2, ['a', 'b'], 0)
    assert ' costs most AP50, ' in alone
    assert alone.endswith(' in b.')


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
