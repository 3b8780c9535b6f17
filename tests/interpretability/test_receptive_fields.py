"""Receptive fields as a table and as a picture, and the command on a preset."""

import json

import cv2
import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.interpretability import (
    ReceptiveField,
    draw_receptive_fields,
    receptive_field_table,
)
from res2net_mm.interpretability.receptive_fields import (
    _centre,
    _radial_mean,
    draw_preset_receptive_fields,
)


def test_a_preset_with_random_weights(tmp_path):
    said = []
    written = draw_preset_receptive_fields(
        'res2net_light_14w_4s',
        weights='random',
        out=tmp_path / 'x.png',
        size=64,
        draws=1,
        progress=False,
        say=said.append,
    )
    assert written == [tmp_path / 'x.png', tmp_path / 'x.json']
    assert cv2.imread(str(written[0])).shape[1] > 600
    fields = json.loads(written[1].read_text())
    assert set(fields['stage 4, split 4']) == {'theoretical', 'measured', 'cut'}
    assert len(fields) == 4 * 5
    assert said[0].startswith('receptive field, side in px')
    assert said[1] == f'written: {written[0]}, {written[1]}'


@pytest.mark.parametrize('out', ['gone/x.png', 'x.jpg'])
def test_what_is_no_picture_is_refused(out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=f"^out='{out}' must be a .png file in a folder"):
        draw_preset_receptive_fields('res2net_light_14w_4s', weights='random', out=out)


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
