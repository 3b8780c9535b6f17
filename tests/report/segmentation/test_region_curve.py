"""The curve of regions against evaluations of one sliding bin each."""

import pytest
from test_segmenter_runs import read

from res2net_mm.evaluation.regions import score_regions
from res2net_mm.report.by_size.size_curve import describe_wins
from res2net_mm.report.by_size.verdict import ENOUGH
from res2net_mm.report.segmentation.region_curve import region_curve


@pytest.fixture
def regions(drawn_maps):
    return [run.regions for run in read(drawn_maps.folders, gt=drawn_maps.gt)]


@pytest.mark.parametrize('relative', [False, True])
def test_every_point_is_the_score_of_a_bin_around_it(regions, relative):
    curve = region_curve(regions, relative=relative, resamples=5)
    by = 'relative-side' if relative else 'side'
    assert curve.by == by
    assert len(curve.sides) == len(regions[0].truth.area)
    told = 0
    for point, size in enumerate(curve.sizes):
        bins = [('here', size / 2**0.5, size * 2**0.5)]
        for run in (0, 1):
            (here,) = score_regions(regions[run], bins=bins, bins_by=by).bins
            assert curve.objects[point] == here.regions
            if here.regions >= ENOUGH:
                told += 1
                expected = list(here.scores.values())
                assert curve.scores[run, :, point] == pytest.approx(expected)
    assert told > 10
    assert curve.band.shape == (1, 3, 2, len(curve.sizes))
    (sentence,) = describe_wins(curve, ['a', 'b'])
    assert 'b gains IoU for regions of' in sentence
