import math

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import COCO_BINS, SizeBin, make_bins, parse_bins


def test_coco_bins_are_the_default():
    assert make_bins(None) == COCO_BINS
    assert [(b.name, b.low, b.high) for b in COCO_BINS] == [
        ('small', 0, 1024),
        ('medium', 1024, 9216),
        ('large', 9216, math.inf),
    ]


def test_both_ends_belong_to_a_bin():
    held = SizeBin('some', 100, 200).holds(np.array([99.9, 100, 150, 200, 200.1]))
    assert held.tolist() == [False, True, True, True, False]


def test_bins_from_a_config():
    made = make_bins([('tiny', 0, 256), {'name': 'rest', 'low': 256, 'high': None}])
    assert made == (SizeBin('tiny', 0, 256), SizeBin('rest', 256, math.inf))


def test_bins_may_overlap():
    assert len(make_bins([('small', 0, 1024), ('tiny', 0, 256)])) == 2


@pytest.mark.parametrize(
    ('by', 'low', 'high', 'held'),
    [
        ('area', 100, 400, [True, True, False]),
        ('side', 10, 20, [True, True, False]),
        ('relative-area', 0.01, 0.02, [True, False, True]),
        ('relative-side', 0.1, 0.14, [True, False, False]),
    ],
)
def test_what_sizes_are_measured_by(by, low, high, held):
    areas, images = np.array([100, 400, 900]), np.array([10_000, 10_000, 45_000])
    assert SizeBin('a', low, high, by).holds(areas, images).tolist() == held


def test_bins_by_side_are_cocos():
    by_side = make_bins([('small', 0, 32), ('medium', 32, 96), ('large', 96, None)], 'side')
    assert [b.area_limits for b in by_side] == [b.area_limits for b in COCO_BINS]


def test_edges_make_bins():
    assert make_bins([16, 96.5], 'side') == (
        SizeBin('0-16', 0, 16, 'side'),
        SizeBin('16-96.5', 16, 96.5, 'side'),
        SizeBin('96.5-up', 96.5, math.inf, 'side'),
    )


def test_bins_from_a_command_line():
    assert parse_bins(None) is None
    assert make_bins(parse_bins(['16', '96'])) == make_bins([16, 96])
    assert make_bins(parse_bins(['tiny:0:256', 'rest:256:', 'x:1:inf'])) == (
        SizeBin('tiny', 0, 256),
        SizeBin('rest', 256),
        SizeBin('x', 1),
    )


@pytest.mark.parametrize('text', ['tiny', 'tiny:a:5', 'tiny:5'])
def test_bad_bins_on_a_command_line_are_refused(text):
    with pytest.raises(UserError, match='NAME:LOW:HIGH'):
        parse_bins([text])


@pytest.mark.parametrize(
    ('size_bin', 'text'),
    [
        (SizeBin('a', 0, 1024), '<= 32^2'),
        (SizeBin('a', 1024, 9216), '32^2..96^2'),
        (SizeBin('a', 9216), '>= 96^2'),
        (SizeBin('a', 10, 500.5), '10..500.5'),
        (SizeBin('a'), 'any'),
        (SizeBin('a', 0, 32, 'side'), '<= 32'),
        (SizeBin('a', 0.001, 0.25, 'relative-area'), '0.1..25'),
        (SizeBin('a', 0.05, by='relative-side'), '>= 5'),
    ],
)
def test_limits_as_text(size_bin, text):
    assert size_bin.limits == text


@pytest.mark.parametrize(
    ('bins', 'message'),
    [
        ([('a', 5, 5)], 'low < high'),
        ([('a', -1, 5)], 'low < high'),
        ([('a', float('nan'), 5)], 'low < high'),
        ([('a', '1', 5)], 'must be numbers'),
        ([('', 1, 5)], 'needs a name'),
        ([('very small', 1, 5)], 'space or a slash'),
        ([('a', 1, 5), ('a', 5, 9)], "'a' is given more than once"),
        ([('all', 1, 5)], "cannot be called 'all'"),
        ([('a', 1)], 'a size bin is'),
        (['small'], 'a size bin is'),
        ([{'name': 'a', 'max': 4}], 'a size bin is'),
        ([96, 16], 'low < high'),
        ([{'name': 'a', 'by': 'width'}], "measured by area, side, .*, got 'width'"),
        ([('a', 0, 5), SizeBin('b', 0, 5, 'side')], 'must measure one thing, got area, side'),
    ],
)
def test_bad_bins_are_refused(bins, message):
    with pytest.raises(UserError, match=message):
        make_bins(bins)
