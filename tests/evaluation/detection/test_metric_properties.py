"""AP and AR by size on any small set: pycocotools' numbers, and what may not change them."""

import copy
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeBin, evaluate_by_size
from res2net_mm.evaluation.size_bins import make_bins

# Sizes and places on a grid, so that equal scores, IoUs on a threshold and areas on the edge of a
# bin are met.
SIDES = st.sampled_from([8, 16, 32, 64, 96, 120])
EDGES = st.integers(0, 12).map(lambda n: 8 * n)
SHIFTS = st.sampled_from([0.0, 4, 8])
SCORES = st.sampled_from([0.1, 0.3, 0.5, 0.5, 0.9])


@st.composite
def boxes(draw):
    return [float(value) for value in (draw(EDGES), draw(EDGES), draw(SIDES), draw(SIDES))]


@st.composite
def sets(draw):
    """Ground truth in COCO's form, with crowds, and detections near and far."""
    images = [{'id': i, 'height': 240, 'width': 240} for i in (3, 1, 2)]
    objects = draw(
        st.lists(
            st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([1, 2]), boxes(), st.booleans()),
            min_size=1,
            max_size=8,
        )
    )
    truth = dict(
        images=images,
        categories=[{'id': 1, 'name': 'a'}, {'id': 2, 'name': 'b'}],
        annotations=[
            dict(id=i, image_id=image, category_id=category, bbox=box, area=box[2] * box[3],
                 iscrowd=int(crowd and i % 3 == 0))
            for i, (image, category, box, crowd) in enumerate(objects, start=1)
        ],
    )  # fmt: skip
    found = [
        dict(image_id=image, category_id=category, bbox=[box[0] + shift, *box[1:]], score=score)
        for image, category, box, _ in objects
        for shift, score in draw(st.lists(st.tuples(SHIFTS, SCORES), max_size=3))
    ]
    far = draw(st.lists(st.tuples(st.sampled_from([1, 2, 3]), boxes(), SCORES), max_size=3))
    found += [dict(image_id=i, category_id=1, bbox=box, score=score) for i, box, score in far]
    return truth, found


def numbers(result) -> list:
    scores = [result.overall, *result.bins]
    return [value for s in scores for value in (s.ap, s.ap50, s.ap75, *s.ar.values())]


@given(sets())
def test_the_numbers_are_those_of_pycocotools(pycocotools_stats, data):
    truth, found = data
    assume(found)
    theirs = pycocotools_stats(copy.deepcopy(truth), copy.deepcopy(found), 'bbox').stats
    result = evaluate_by_size(truth, found)
    small, medium, large = result.bins
    all_ = result.overall
    ours = [all_.ap, all_.ap50, all_.ap75, small.ap, medium.ap, large.ap, *all_.ar.values()]
    ours += [size.ar[100] for size in (small, medium, large)]
    ours = [-1 if value is None else value for value in ours]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@given(sets(), st.randoms(use_true_random=False))
def test_order_changes_nothing(data, random):
    truth, found = data
    for i, entry in enumerate(found):  # detections of one score are taken in the order they have
        entry['score'] += i * 1e-6
    shuffled = copy.deepcopy(truth), list(found)
    random.shuffle(shuffled[0]['images'])
    random.shuffle(shuffled[1])
    before, after = evaluate_by_size(truth, found), evaluate_by_size(*shuffled)
    np.testing.assert_allclose(
        *([math.nan if v is None else v for v in numbers(r)] for r in (before, after)), atol=1e-12
    )


@given(sets(), st.sampled_from([0.5, 2.0, 4.0]))
def test_boxes_and_bins_of_another_scale_score_the_same(data, scale):
    truth, found = data
    larger = copy.deepcopy(truth), copy.deepcopy(found)
    for entry in (*larger[0]['annotations'], *larger[1]):
        entry['bbox'] = [scale * value for value in entry['bbox']]
        if 'area' in entry:
            entry['area'] *= scale**2
    for image in larger[0]['images']:
        image.update(height=image['height'] * scale, width=image['width'] * scale)
    bins = [('a', 0, 1000), ('b', 1000, 5000), ('c', 5000, None)]
    scaled = [(name, low * scale**2, high and high * scale**2) for name, low, high in bins]
    before = evaluate_by_size(truth, found, bins=bins)
    after = evaluate_by_size(*larger, bins=scaled)
    assert numbers(before) == numbers(after)


@given(sets())
def test_a_detection_of_nothing_at_the_end_changes_no_score_for_the_better(data):
    truth, found = data
    before = evaluate_by_size(truth, found)
    more = dict(image_id=1, category_id=1, bbox=[200.0, 200.0, 30.0, 30.0], score=0.01)
    after = evaluate_by_size(truth, [*found, more])
    for old, new in zip(numbers(before), numbers(after), strict=True):
        assert (old is None) == (new is None)
        assert old is None or new <= old + 1e-12


LIMITS = st.one_of(st.floats(), st.integers(-5, 10**6), st.none(), st.text(max_size=3))


@given(st.text(max_size=5), LIMITS, LIMITS, st.sampled_from(['area', 'side', 'relative-area', 'x']))
def test_a_bin_is_refused_or_holds_what_lies_within_its_limits(name, low, high, by):
    try:
        (made,) = make_bins([(name, low, high)], by)
    except UserError:
        return
    assert 0 <= made.low < made.high
    if not made.relative:
        areas = np.array([0.0, *made.area_limits])
        lowest, highest = made.area_limits
        assert made.holds(areas).tolist() == [lowest <= 0, True, True]
        assert highest > lowest


@given(st.lists(st.floats(0.5, 1e6), min_size=1, max_size=6))
def test_edges_make_bins_without_a_gap(edges):
    try:
        bins = make_bins(edges)
    except UserError:
        assert edges != sorted(set(edges)) or len({f'{edge:g}' for edge in edges}) < len(edges)
        return
    assert len(bins) == len(edges) + 1
    assert all(one.high == next_.low for one, next_ in pairwise(bins))
    areas = np.array(edges) * 1.0001
    assert np.sum([size_bin.holds(areas) for size_bin in bins], axis=0).min() >= 1


def test_a_bin_is_no_bin_of_nan():
    with pytest.raises(UserError, match='low'):
        SizeBin('a', math.nan, 5)
