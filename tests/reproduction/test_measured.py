"""What an evaluation returns stands beside what is published, in its units."""

from dataclasses import replace

import pytest

from res2net_mm.reproduction.measured import _KEYS, beside_published, comparison_table
from res2net_mm.reproduction.rows import all_rows, find_rows

ROW = find_rows('table6/r2n50')[0]


def test_fractions_become_percent_and_the_difference_is_signed():
    metrics = {'coco/bbox_mAP': 0.33456, 'coco/bbox_mAP_s': 0.15, 'coco/bbox_AR_l': 0.6}
    lines = {line['metric']: line for line in beside_published(ROW, metrics)}
    assert lines['box AP'] == dict(
        metric='box AP', published=33.7, measured=33.46, difference=-0.24
    )
    assert lines['box AP S']['difference'] == pytest.approx(1.0)
    assert lines['box AR L']['measured'] == 60
    assert lines['box AP M']['measured'] is None


def test_errors_are_what_is_missing_to_100():
    row = replace(ROW, expected={'top-1 error': '22.01', 'top-5 accuracy': '93.85'})
    lines = beside_published(row, {'accuracy/top1': 77.5, 'accuracy/top5': 93.0})
    assert [line['measured'] for line in lines] == [22.5, 93.0]
    assert [line['difference'] for line in lines] == [0.49, -0.85]


def test_as_a_table():
    lines = beside_published(ROW, {'coco/bbox_mAP': 0.33456})
    text = comparison_table(ROW, lines).splitlines()
    assert text[0].split() == ['table6/r2n50', 'published', 'measured', 'difference']
    assert any(line.split() == ['box', 'AP', '33.7', '33.46', '-0.24'] for line in text)
    assert any(line.split() == ['box', 'AP', 'M', '38.3', '-', '-'] for line in text)


def test_units_of_every_published_metric_are_percent_or_named():
    named = ('params M', 'GMACs', 'GFLOPs', 'memory GB', 'runtime ms', 'MAE', 'maxF')
    for row in all_rows():
        for metric, value in row.expected.items():
            if not metric.endswith(named):
                assert 2 < float(value) < 100, (row.name, metric)


def test_what_no_evaluation_here_measures_is_known():
    measured = {metric for row in all_rows() for metric in row.expected} - _KEYS.keys()
    assert measured == {
        'GMACs',  # counted by tests/reproduction/test_complexity.py
        'runtime ms',  # of a GPU that is not named
        'memory GB',
        'box AP on test-dev',  # scored by the COCO server
        'PQ things',
        'PQ stuff',
        'stuff mIoU',
        *(f'AP{end}' for end in ('', '50', '75', ' S', ' M', ' L')),  # of the panoptic detector
    }


def test_keypoints_by_the_names_of_the_metric():
    row = find_rows('table10/r2n50_26w4s')[0]
    values = {'AP': 0.1, 'AP .5': 0.2, 'AP .75': 0.3, 'AP (M)': 0.4, 'AP (L)': 0.5}
    lines = beside_published(row, {f'coco/{name}': value for name, value in values.items()})
    assert [line['measured'] for line in lines] == [10, 20, 30, 40, 50]
