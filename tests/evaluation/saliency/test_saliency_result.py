"""The table, the JSON file, intervals and comparisons of saliency maps."""

import numpy as np
import pytest
from literal_saliency import draw

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results, with_intervals
from res2net_mm.evaluation.saliency import (
    measure_saliency,
    saliency_table,
    score_saliency,
    stack_saliency,
)
from res2net_mm.evaluation.saliency.saliency_result import describe_saliency

BINS = [('small', 0, 250), ('large', 250, None)]


def result_of(change=lambda truth, saliency: saliency, images=6, objects=2, bins=BINS):
    drawn = [draw(i, objects=objects) for i in range(images)]
    measured = [
        (f'{i}.png', measure_saliency(truth, change(truth, saliency)))
        for i, (truth, saliency) in enumerate(drawn)
    ]
    return score_saliency(stack_saliency(measured), bins=bins)


def better(truth, saliency):
    return np.where(truth, np.maximum(saliency, 200), saliency // 2).astype(np.uint8)


def test_the_table_has_a_row_for_each_score_and_counts():
    result = result_of()
    lines = saliency_table(result).splitlines()
    assert lines[0] == (
        'salient objects in % by size (area) of all that is salient in an image, for SI scores of '
        'each object; beta^2 = 0.3; 6 images'
    )
    rows = {line[:22].split('  ')[0].strip(): line.split()[-3:] for line in lines[1:]}
    assert rows['maxF'][-1] == f'{100 * result.overall.scores["maxF"]:.1f}'
    assert rows['SI MAE'][-1] == f'{100 * result.overall.scores["SI_MAE"]:.1f}'
    assert 'maxF of mean P, R' in rows
    assert rows['images'][-1] == '6'
    assert rows['objects'] == [str(c.objects) for c in result.columns]


def test_a_bin_without_objects_and_images_without_any_say_so():
    result = result_of(bins=[('huge', 10**5, None)])
    assert 'no objects' in saliency_table(result)
    assert result.bins[0].scores['maxF'] is None
    empty = result_of(objects=0)
    note = '6 images have no salient object: they count in the column of all only'
    assert empty.notes == (note,)
    assert saliency_table(empty).splitlines()[-1] == note


def test_json_values_are_plain():
    content = result_of().to_dict()
    assert [column['bin'] for column in content['scores']] == ['small', 'large', 'all']
    assert content['scores'][-1]['images'] == 6
    assert 0 < content['scores'][-1]['maxF'] < 1
    assert content['classes'][0]['name'] == 'salient object'


def test_intervals_hold_the_score():
    result = with_intervals(result_of(), resamples=20, seed=1)
    for column in result.columns:
        for name, (low, high) in column.intervals.items():
            assert low - 1e-9 <= column.scores[name] <= high + 1e-9
    assert result.overall.intervals['maxF'][0] < result.overall.intervals['maxF'][1]
    assert '95 % intervals of 20 draws of images' in saliency_table(result)


def test_two_runs_compare_on_the_same_masks_only():
    a, b = result_of(), result_of(better)
    compared = compare_results(a, b, resamples=20)
    assert compared.overall.scores['maxF'].difference > 0
    assert compared.overall.scores['MAE'].difference < 0
    with pytest.raises(UserError, match='these differ in images, masks'):
        compare_results(a, result_of(images=5), resamples=20)
    with pytest.raises(UserError, match='these differ in bins'):
        compare_results(a, result_of(bins=[('all-sizes', 0, None)]), resamples=20)


def test_relative_bins_are_described():
    result = score_saliency(result_of().measured, bins=[0.05], bins_by='relative-area')
    assert describe_saliency(result).startswith('by size (area / area of the image) of all')
    assert [column.size_bin.name for column in result.bins] == ['0-0.05', '0.05-up']
    assert all(column.images for column in result.bins)
