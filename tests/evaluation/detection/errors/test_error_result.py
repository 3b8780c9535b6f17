"""The table, the sentence and the JSON of what errors cost."""

import json

import pytest

from res2net_mm.evaluation import evaluate_by_size, with_intervals
from res2net_mm.evaluation.detection.errors import KINDS, error_table, worst_kind


def test_the_second_kind_is_named_where_it_costs_anything(make_mistaken):
    truth, results, _ = make_mistaken(1)
    overall = evaluate_by_size(truth, results, errors=True).errors.overall
    expected = 'All objects: localisation costs 12.9 AP50, more than any other kind of error (then '
    assert worst_kind(overall) == f'{expected}class, 11.7).'


@pytest.fixture
def missed(plant):
    truth, results, _ = plant('missed', 'small')
    return evaluate_by_size(truth, results, errors=True).errors


def test_a_sentence_names_what_costs_most(missed):
    said = error_table(missed).splitlines()
    assert said[0].startswith('Small objects: missed costs ')
    assert said[0].endswith(' AP50, and no other kind of error costs any.')
    assert said[1] == 'Medium objects: no kind of error costs AP50.'
    assert said[3].startswith('All objects: missed costs ')


@pytest.mark.parametrize('size', ['small', 'medium', 'large'])
@pytest.mark.parametrize('kind', KINDS)
def test_the_table_names_the_planted_kind_and_size_alone(plant, kind, size):
    truth, results, planted = plant(kind, size)
    result = evaluate_by_size(truth, results, errors=True).errors
    said = error_table(result).splitlines()
    for line, name in zip(said, ('small', 'medium', 'large', 'all'), strict=False):
        if name in (size, 'all'):
            cost = f'{100 * (1 - result.overall.ap50):.1f}' if name == 'all' else ''
            assert line.startswith(f'{name.capitalize()} objects: {kind} costs {cost}')
            assert line.endswith(', and no other kind of error costs any.')
        else:
            assert line == f'{name.capitalize()} objects: no kind of error costs AP50.'
    rows = {row.split()[0]: row for row in said if row.split()[0] in KINDS}
    assert rows.pop(kind).count(f'({planted})') == 2  # of the size, and of all
    assert len(rows) == 5
    assert all(row.count('0.0 (0)') == 4 for row in rows.values())


def test_the_table_shows_costs_numbers_and_intervals(missed):
    table = error_table(with_intervals(missed, resamples=20))
    (row,) = [line for line in table.splitlines() if line.startswith('missed')]
    cost = f'{100 * missed.bins[0].scores["missed"]:.1f}'
    assert row.split()[1:4] == [cost, '(12)', '0.0']
    assert '95 % intervals of 20 draws of images' in table
    interval = with_intervals(missed, resamples=20).bins[0].intervals['missed']
    assert interval[0] < missed.bins[0].scores['missed'] < interval[1]


def test_bins_without_objects_have_no_costs(plant):
    truth, results, _ = plant('missed', 'small')
    bins = [('tiny', 0, 10), ('rest', 10, None)]
    result = evaluate_by_size(truth, results, bins=bins, errors=True).errors
    assert set(result.bins[0].scores.values()) == {None}
    assert 'no boxes' in error_table(result)
    assert 'Tiny' not in error_table(result)


def test_json(missed):
    content = json.loads(json.dumps(missed.to_dict()))
    small = content['scores'][0]
    assert small['errors']['missed'] == 12
    assert small['missed'] == missed.bins[0].scores['missed']
    assert {'AP50', 'FP', 'FN'} <= small.keys()
    assert 'errors' not in content['classes'][0]['scores'][0]


def test_no_detections_and_no_objects(plant):
    truth, results, _ = plant('missed', 'small')
    nothing = evaluate_by_size(truth, [], errors=True).errors
    assert nothing.overall.scores['missed'] == 1
    assert nothing.overall.errors['missed'] == 72
    empty = evaluate_by_size({**truth, 'annotations': []}, results, errors=True).errors
    assert empty.overall.scores['missed'] is None
    assert empty.overall.errors['background'] > 0
