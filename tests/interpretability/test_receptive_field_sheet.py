"""Receptive fields as a table and as a picture."""

import numpy as np

from res2net_mm.interpretability import (
    ReceptiveField,
    draw_receptive_fields,
    receptive_field_table,
)
from res2net_mm.interpretability.receptive_field_sheet import _centre, _radial_mean


def field(name, measured, *, theoretical=35, cut=False):
    gradient = np.zeros((64, 64), np.float32)
    gradient[30:33, 31:34] = 1
    return ReceptiveField(name, 1, theoretical, measured, cut, gradient)


FIELDS = [field('stage 1', 20.4), field('stage 1, split 1', 64, theoretical=None, cut=True)]


def test_table():
    assert receptive_field_table(FIELDS).splitlines() == [
        'receptive field, side in px  theoretical  measured',
        'stage 1                               35        20',
        'stage 1, split 1                       -       >64',
        '> reaches the border of the input: measure in a larger one',
    ]
    assert len(receptive_field_table(FIELDS[:1]).splitlines()) == 2


def test_picture():
    heat, split, curves = draw_receptive_fields(FIELDS, 'title').axes
    assert heat.get_title() == 'stage 1: 20 px'
    assert split.get_title() == 'stage 1, split 1: >64 px'
    circle, square = heat.patches
    np.testing.assert_allclose(np.pi * circle.radius**2, 20.4**2)
    assert (square.get_width(), square.get_x()) == (35, -17.5)
    assert len(split.patches) == 1  # no theoretical field
    assert [text.get_text() for text in curves.get_legend().get_texts()] == ['stage 1', 'split 1']


def test_distances_count_from_the_centre_of_gravity():
    gradient = FIELDS[0].gradient
    assert _centre(gradient) == (31, 32)
    radii, means = _radial_mean(gradient)
    assert radii[:3].tolist() == [0.5, 1.5, 2.5]
    assert means[:3].tolist() == [1, 1, 0]
