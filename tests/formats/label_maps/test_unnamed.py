"""Label maps that nothing names are named by their values, or refused with what to write."""

from pathlib import Path

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.map_file import GREY, MapPixels
from res2net_mm.formats.label_maps.unnamed import named_by_values


def census_of(codes, *, colours=False):
    census = LabelCensus()
    array = np.array([codes], np.int32 if colours else np.uint8)
    census.add(Path('a.png'), MapPixels(array, None if colours else GREY))
    return census


@pytest.mark.parametrize(
    ('values', 'ignored', 'classes', 'index'),
    [
        ([0, 1, 2], None, 'class_0 class_1 class_2', 255),
        ([0, 2, 255], None, 'class_0 class_1 class_2', 255),
        ([0, 1, 2], 0, 'class_1 class_2', 0),
        ([0, 1, 2], 2, 'class_0 class_1', 2),
        ([0, 255, 255], None, 'background foreground', 255),
    ],
)
def test_names(values, ignored, classes, index):
    labels = named_by_values(Path('d'), census_of(values), ignored, Findings())
    assert (labels.classes, labels.ignore_index) == (tuple(classes.split()), index)


@pytest.mark.parametrize(
    ('census', 'reason'),
    [
        (census_of([5, 5]), 'every pixel of the label maps of d is 5: nothing is labelled'),
        (census_of([0, 9]), r'only the labels 0, 9 \(9 in 1 label maps, first a.png\): number'),
        (
            census_of([0] * 50 + [255] * 47 + [9, 99, 200]),
            'black and white with 3.00 % of their pixels in 3 greys',
        ),
        (
            census_of([0xFF0000, 0xFF0000, 1], colours=True),
            'what they mean: 255,0,0 in 1 label maps, first a.png; 0,0,1 in 1 label maps',
        ),
    ],
)
def test_what_cannot_be_named_is_refused(census, reason):
    with pytest.raises(UserError, match=reason):
        named_by_values(Path('d'), census, None, Findings())
