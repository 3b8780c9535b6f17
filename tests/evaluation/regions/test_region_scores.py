"""Against the literal definition, and against mmseg where it has the number."""

import numpy as np
import pytest
import torch
from literal_regions import literal_scores

from res2net_mm.evaluation.regions import find_regions, score_regions, stack_regions

BINS = [('tiny', 0, 12), ('small', 12, 80), ('rest', 80, None)]
RELATIVE = [('low', 0, 0.1), ('high', 0.15, 1)]  # with a gap
OVERLAPPING = [('some', 0, 100), ('most', 20, None)]


def evaluate(maps, classes=5, bins=BINS, by='area', ignore=255, tolerance=0.0075):
    regions = [
        find_regions(*pair, classes=classes, ignore_index=ignore, tolerance=tolerance)
        for pair in maps
    ]
    named = [(f'{i}.png', of_image) for i, of_image in enumerate(regions)]
    set_ = stack_regions(named, [f'class {k}' for k in range(classes)], tolerance)
    return score_regions(set_, bins=bins, bins_by=by)


def table(result):
    """What ``literal_scores`` returns, of a result."""
    return {
        (k, s.size_bin.name): (s.regions, s.iou, s.recall, s.boundary_f)
        for k, scored in enumerate(result.classes)
        for s in (scored.overall, *scored.bins)
    }


def assert_equal(scores, expected):
    assert scores.keys() == expected.keys()
    for key, values in expected.items():
        assert scores[key] == pytest.approx(values, abs=1e-12), key


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize(
    ('bins', 'by'), [(BINS, 'area'), (RELATIVE, 'relative-side'), (OVERLAPPING, 'area')]
)
def test_equals_the_literal_definition(make_maps, seed, bins, by):
    maps = make_maps(seed)
    result = evaluate(maps, bins=bins, by=by)
    assert_equal(table(result), literal_scores(maps, 5, bins=bins, by=by))


@pytest.mark.parametrize('tolerance', [0.001, 0.05])
def test_boundaries_within_other_tolerances(make_maps, tolerance):
    maps = make_maps(7)
    result = evaluate(maps, tolerance=tolerance)
    assert_equal(table(result), literal_scores(maps, 5, bins=BINS, tolerance=tolerance))


def test_nothing_ignored_and_labels_of_no_class(make_maps):
    maps = make_maps(8)  # 255 is then neither a class nor ignored
    result = evaluate(maps, ignore=None)
    assert_equal(table(result), literal_scores(maps, 5, bins=BINS, ignore=None))


@pytest.mark.parametrize('ignore', [255, 0, 3])
@pytest.mark.parametrize('seed', range(3))
def test_all_sizes_are_mmsegs(make_maps, seed, ignore):
    from mmseg.evaluation.metrics import IoUMetric

    maps, classes = make_maps(seed), 7  # class 5 is predicted, class 6 does not occur
    maps[1][1][:3] = 5
    totals = [
        sum(areas)
        for areas in zip(
            *(
                IoUMetric.intersect_and_union(
                    torch.from_numpy(predicted).long(), torch.from_numpy(truth), classes, ignore
                )
                for truth, predicted in maps
            ),
            strict=True,
        )
    ]
    expected = IoUMetric.total_area_to_metrics(*totals)
    result = evaluate(maps, classes=classes, ignore=ignore)
    for name, of in (('IoU', 'iou'), ('Acc', 'recall')):
        ours = np.array([getattr(c.overall, of) for c in result.classes], dtype=np.float32)
        np.testing.assert_array_equal(ours, expected[name])
        mean = getattr(result.overall, of)
        assert mean == pytest.approx(np.nanmean(expected[name], dtype=np.float64), abs=1e-7)
    assert np.float32(result.accuracy) == expected['aAcc']
    assert [c.overall.pixels for c in result.classes] == totals[3].tolist()
    if ignore == 255:
        assert result.classes[5].overall.iou == 0
        assert result.classes[6].overall.iou is None


def test_a_bin_that_holds_everything_equals_all(make_maps):
    result = evaluate(make_maps(3), bins=[('everything', 0, None)])
    for scored in (result, *result.classes):
        assert scored.bins[0].scores == scored.overall.scores
        assert scored.bins[0].regions == scored.overall.regions > 0


def test_false_pixels_go_with_what_their_region_hits():
    """Class 1: 4 px at the left, 40 px at the right; one prediction each, and one in between."""
    truth = np.zeros((12, 60), np.uint8)
    truth[2:4, 2:4] = 1
    truth[2:7, 40:48] = 1
    predicted = truth.copy()
    predicted[4:6, 2:4] = 1  # 4 more around the small one
    predicted[2:7, 48:50] = 1  # 10 more around the large one
    predicted[10, 20:23] = 1  # 3 that hit nothing
    result = evaluate([(truth, predicted)], 2, bins=[('small', 0, 10), ('large', 10, None)])
    small, large = result.classes[1].bins
    assert small.iou == 4 / (4 + 4 + 3)
    assert large.iou == 40 / (40 + 10)
    assert small.recall == large.recall == 1

    predicted[4, 4:40] = 1  # joins both: 36 + 4 + 10 false pixels, shared as 4 to 40
    result = evaluate([(truth, predicted)], 2, bins=[('small', 0, 10), ('large', 10, None)])
    small, large = result.classes[1].bins
    assert small.iou == pytest.approx(4 / (4 + 50 * 4 / 44 + 3))
    assert large.iou == pytest.approx(40 / (40 + 50 * 40 / 44))


def test_no_boundary_has_no_boundary_score():
    whole = np.zeros((5, 5), np.uint8)
    result = evaluate([(whole, whole)], 2)
    assert (result.classes[0].overall.iou, result.classes[0].overall.boundary_f) == (1, None)
    other = whole.copy()
    other[:, 3:] = 1
    result = evaluate([(other, whole)], 2)
    assert [c.overall.boundary_f for c in result.classes] == [0, 0]
