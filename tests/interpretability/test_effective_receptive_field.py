"""Measured fields against networks whose field is known."""

import numpy as np
import pytest
import torch
from torch import nn

from res2net_mm import build
from res2net_mm.errors import UserError
from res2net_mm.interpretability import (
    draw_receptive_fields,
    measure_receptive_fields,
    receptive_field_table,
)


class Stages(nn.Module):
    """A backbone of plain convolutions."""

    def __init__(self, *convs):
        super().__init__()
        self.stages = nn.ModuleList(convs)

    def forward(self, x):
        return [x := stage(x) for stage in self.stages]


def test_equal_weights_fill_the_theoretical_field_and_nothing_else():
    conv = nn.Conv2d(3, 5, 7, padding=3)
    nn.init.ones_(conv.weight)
    (field,) = measure_receptive_fields(Stages(conv), size=32, draws=1, progress=False)
    assert (field.theoretical, field.measured, field.cut) == (7, 7.0, False)
    assert np.count_nonzero(field.gradient) == 49
    assert np.all(field.gradient[13:20, 13:20] == 1)  # 3 px around the unit at 16


def test_channels_that_cancel_are_seen():
    conv = nn.Conv2d(3, 2, 3, padding=1)
    nn.init.ones_(conv.weight)
    with torch.no_grad():
        conv.weight[1] *= -1
    (field,) = measure_receptive_fields(Stages(conv), size=32, draws=16, progress=False)
    assert field.measured == 3.0


def test_a_field_that_reaches_the_border_says_so():
    conv = nn.Conv2d(3, 2, 41, padding=20)
    nn.init.ones_(conv.weight)
    (field,) = measure_receptive_fields(Stages(conv), size=32, draws=1, progress=False)
    assert field.cut
    assert field.theoretical == 41
    assert '>32' in receptive_field_table([field])


def test_splits_see_farther_one_after_the_other():
    torch.manual_seed(0)
    backbone = build('res2net_light_14w_4s', num_stages=1)
    backbone.train()
    fields = measure_receptive_fields(backbone, size=64, draws=4, progress=False)
    assert backbone.training
    of = {field.name: field for field in fields}
    once, twice, thrice, never = (of[f'stage 1, split {i}'].measured for i in (1, 2, 3, 4))
    assert never < once < min(twice, thrice)  # the last two differ by less than weights do
    for field in fields:
        rows, columns = np.nonzero(field.gradient)
        assert np.ptp(rows) < field.theoretical
        assert np.ptp(columns) < field.theoretical
    again = measure_receptive_fields(backbone, size=64, draws=4, progress=False)
    assert [f.measured for f in again] == [f.measured for f in fields]
    figure = draw_receptive_fields(fields, 'title')
    assert len(figure.axes) == 6  # stage, four splits, curves


def test_dead_units_and_bad_numbers_are_refused():
    conv = nn.Conv2d(3, 2, 3, padding=1)
    nn.init.zeros_(conv.weight)
    with pytest.raises(UserError, match='gradient of stage 1 is zero'):
        measure_receptive_fields(Stages(conv), size=32, draws=1, progress=False)
    for wrong in (dict(size=16), dict(draws=0)):
        with pytest.raises(UserError, match='must lie between'):
            measure_receptive_fields(Stages(conv), **wrong, progress=False)
