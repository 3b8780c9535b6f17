import json
from dataclasses import replace

import pytest
from test_size_table import FOUND, TRUTH

from res2net_mm.evaluation import evaluate_by_size, with_intervals, write_json
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES


@pytest.fixture
def result():
    return evaluate_by_size(TRUTH, FOUND)


def test_json_has_null_for_an_empty_bin(result, tmp_path):
    path = write_json([result], tmp_path / 'new' / 'ap.json')
    read = json.loads(path.read_text())
    scores = {entry['bin']: entry for entry in read['bbox']['scores']}
    assert list(scores) == ['small', 'medium', 'large', 'all']
    assert scores['medium']['AP'] is None
    assert scores['medium']['AR'] == {'1': None, '10': None, '100': None}
    assert scores['large']['area_px2'] == [9216, None]
    assert (scores['large']['by'], scores['large']['limits']) == ('area', [9216, None])
    assert scores['all']['AP'] == result.overall.ap
    assert [c['name'] for c in read['bbox']['classes']] == ['ant', 'bee']


def test_json_has_intervals_and_areas_of_sides(tmp_path):
    result = evaluate_by_size(TRUTH, FOUND, bins=[('big', 10, None)], bins_by='side')
    path = write_json([with_intervals(result, resamples=5)], tmp_path / 'ap.json')
    read = json.loads(path.read_text())['bbox']
    assert (read['resamples'], read['level']) == (5, 0.95)
    big = read['scores'][0]
    assert (big['area_px2'], big['by'], big['limits']) == ([100, None], 'side', [10, None])
    assert big['intervals']['AP'] == [big['AP'], big['AP']]  # one image: every draw is the same


def test_scores_have_names_and_a_result_without_matches_says_so(result):
    overall = result.overall
    assert tuple(overall.scores) == SCORE_NAMES
    assert overall.scores['AP50'] == overall.ap50 == pytest.approx(51 / 101)
    assert overall.scores['AR'] == overall.ar_most == overall.ar[100] == 0.5
    assert result.columns == (*result.bins, overall)
    with pytest.raises(ValueError, match='carries no matches'):
        with_intervals(replace(result, matches=None))
