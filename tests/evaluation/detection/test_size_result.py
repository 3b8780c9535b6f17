import json
import os
from dataclasses import replace

import pytest

from res2net_mm.evaluation import (
    class_table,
    evaluate_by_size,
    size_table,
    with_intervals,
    write_json,
)
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES

TRUTH = {
    'images': [{'id': 1}],
    'categories': [{'id': 1, 'name': 'ant'}, {'id': 2, 'name': 'bee'}],
    'annotations': [
        {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20]},
        {'id': 2, 'image_id': 1, 'category_id': 1, 'bbox': [100, 0, 200, 200]},
    ],
}
FOUND = [{'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20], 'score': 0.9}]


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


def test_table_has_the_papers_rows_and_columns(result):
    assert size_table(result).splitlines() == [
        'bbox: AP and AR in % by object size (area of the box), IoU 0.50:0.95, '
        'at most 100 detections per image and class, 1 images',
        '         small      medium    large   all',
        'px^2   <= 32^2  32^2..96^2  >= 96^2   any',
        'AP       100.0    no boxes      0.0  50.5',
        'AP50     100.0    no boxes      0.0  50.5',
        'AP75     100.0    no boxes      0.0  50.5',
        'AR       100.0    no boxes      0.0  50.0',
        'boxes        1           0        1     2',
    ]


def test_class_table(result):
    rows = [line.split('  ') for line in class_table(result).splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[1:] == [
        ['class', 'small', 'medium', 'large', 'all'],
        ['ant', '100.0 (1)', 'no boxes', '0.0 (1)', '50.5 (2)'],
        ['bee', 'no boxes', 'no boxes', 'no boxes', 'no boxes'],
    ]
    assert '50.0 (2)' in class_table(result, 'AR')


def test_table_says_how_size_is_measured_and_by_which_rules():
    sized = {**TRUTH, 'images': [{'id': 1, 'height': 400, 'width': 400}]}
    result = evaluate_by_size(
        sized, FOUND, bins=[0.1], bins_by='relative-side', area_of='box', protocol='voc07'
    )
    head, names, limits, *rows = size_table(result).splitlines()
    assert 'square root of the area of the box / area of the image' in head
    assert 'VOC 2007 (11 points), all detections' in head
    assert names.split() == ['0-0.1', '0.1-up', 'all']
    assert limits.split('  ')[0] == '% of image side'
    assert limits.split()[4:] == ['<=', '10', '>=', '10', 'any']
    assert [row.split()[0] for row in rows] == ['AP', 'AR', 'boxes']


def test_table_with_intervals(result):
    lines = size_table(with_intervals(result, resamples=5)).splitlines()
    assert '95 % intervals of 5 draws' in lines[0]
    assert [line.split()[0] for line in lines[3:7]] == ['AP', '95', 'AP50', '95']
    assert lines[4].split()[2] == '100.0..100.0'


def test_a_failed_write_leaves_the_old_file_and_nothing_else(result, tmp_path, monkeypatch):
    path = write_json([result], tmp_path / 'ap.json')
    before = path.read_bytes()

    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr(os, 'replace', fail)
    with pytest.raises(OSError, match='disk full'):
        write_json([result], path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ['ap.json']
