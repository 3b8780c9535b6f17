import math

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import COCO_BINS, SizeBin, make_bins


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
    ('size_bin', 'text'),
    [
        (SizeBin('a', 0, 1024), '<= 32^2'),
        (SizeBin('a', 1024, 9216), '32^2..96^2'),
        (SizeBin('a', 9216), '>= 96^2'),
        (SizeBin('a', 10, 500.5), '10..500.5'),
        (SizeBin('a'), 'any'),
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
    ],
)
def test_bad_bins_are_refused(bins, message):
    with pytest.raises(UserError, match=message):
        make_bins(bins)
