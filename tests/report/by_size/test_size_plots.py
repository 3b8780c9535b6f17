"""Plots name their sizes, runs and axes."""

import pytest

from res2net_mm.evaluation import compare_results
from res2net_mm.report.by_size.size_plots import draw_differences, draw_size_curve
from res2net_mm.report.by_size.verdict import DETECTION
from res2net_mm.report.detection.detection_section import object_curve


def test_sizes_and_runs_are_named(drawn):
    comparison = compare_results(drawn.score(0), drawn.score(1), resamples=5)
    one = draw_differences(['a', 'run b'], [comparison], DETECTION, 'one')
    two = draw_differences(['a', 'run b', 'run c'], [comparison] * 2, DETECTION, 'two')
    for size in ('small', 'medium', 'large', 'all'):
        assert f'>{size}</text>' in one.svg
    assert 'run b' not in one.svg  # one run needs no legend
    assert 'run b' in two.svg
    assert 'run c' in two.svg
    assert one.caption.startswith('run b minus a. Filled: the 95 % interval')


@pytest.mark.parametrize(
    ('options', 'label'),
    [
        ({}, 'size: square root of the area, px'),
        (
            dict(bins=[('low', 0, 0.2), ('high', 0.2, 1)], bins_by='relative-side'),
            'size: square root of area / area of the image, %',
        ),
    ],
)
def test_axes_and_runs_are_named(drawn, options, label):
    results = [drawn.score(run, **options) for run in (0, 1)]
    comparison = compare_results(*results, resamples=2)
    figure = draw_size_curve(object_curve(results, resamples=2), [comparison], ['a', 'run b'], 'x')
    for text in (label, 'run b', 'AP, %', 'AR, %', 'objects'):
        assert f'>{text}</text>' in figure.svg
    assert figure.alt.startswith('AP and AR of a, run b against object size')
