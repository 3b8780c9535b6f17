import numpy as np
import pytest

from res2net_mm.apparent_size.pooling import octaves
from res2net_mm.apparent_size.size_curve import SizeCurve, curve_table, find_flat_range, flat_lines

BINS = octaves(np.array([8, 256.0]))  # 8-16, 16-32, 32-64, 64-128, 128-256
ALL = np.ones(5, bool)


def flat(scores, enough=ALL, **more):
    found = find_flat_range(BINS, np.array(scores, float), np.array(enough), **more)
    return None if found is None else (found.low, found.high)


def test_the_flat_range_lies_around_the_best():
    assert flat([0.1, 0.78, 0.80, 0.77, 0.2]) == (16, 128)
    assert flat([0.1, 0.75, 0.80, 0.77, 0.2]) == (32, 128)  # 0.75 < 0.95 * 0.80
    assert flat([0.8, 0.1, 0.8, 0.8, 0.8]) == (8, 16)  # what is apart is no part of it
    assert flat([0.1, 0.2, 0.3, 0.4, 0.5]) == (128, 256)


def test_bins_with_few_objects_or_none_end_it():
    assert flat([0.8, 0.8, 0.8, 0.8, 0.9], [True, True, True, True, False]) == (8, 128)
    assert flat([0.8, np.nan, 0.8, 0.81, 0.8]) == (32, 256)
    assert flat([0, 0, 0, 0, 0]) is None
    assert flat([0.5] * 5, [False] * 5) is None


def test_its_width_has_an_interval():
    drawn = np.array([[0.1, 0.8, 0.8, 0.8, 0.1]] * 50 + [[0.1, 0.1, 0.8, 0.8, 0.1]] * 50)
    found = find_flat_range(BINS, drawn[0], ALL, drawn)
    assert found.octaves == 3
    assert found.interval == (2, 3)


@pytest.fixture
def curve():
    scores = np.full((4, 5), 0.5)
    scores[0] = [0.1, 0.4, 0.5, np.nan, 0.3]
    intervals = np.stack([scores - 0.1, scores + 0.1])
    found = find_flat_range(BINS, scores[0], ALL)
    return SizeCurve('net', BINS, np.array([30] * 5), scores, intervals, None, {'AP': found})


def test_the_table_has_a_column_for_each_size(curve):
    lines = curve_table([curve]).splitlines()
    assert lines[1].split() == ['8-16', '16-32', '32-64', '64-128', '128-256']
    assert lines[2].split() == ['AP', '10.0', '40.0', '50.0', '-', '30.0']
    assert lines[3].split()[:4] == ['95', '%', '0.0..20.0', '30.0..50.0']
    assert lines[6].split() == ['objects', *['30'] * 5]


def test_a_curve_without_a_flat_range_says_why(curve):
    told = flat_lines(curve)
    assert told[0] == 'net: AP is within 5 % of its best (50.0) from 32 to 64 px: 1.0 octaves'
    assert 'no flat range of AR: no size has 20 objects' in told[1]


def test_json_has_null_where_nothing_is(curve):
    content = curve.to_dict()
    assert content['bins'][3]['AP'] is None
    assert 'AP' not in content['bins'][3]['intervals']
    assert content['bins'][0]['intervals']['AP'] == pytest.approx([0, 0.2])
    assert content['flat_range']['AP']['octaves'] == 1
