"""Measures of images put together, written and read again."""

from dataclasses import fields

import numpy as np
import pytest
from literal_saliency import draw

from res2net_mm.errors import UserError
from res2net_mm.evaluation.saliency import (
    measure_saliency,
    read_saliency,
    stack_saliency,
    write_saliency,
)


def test_a_set_is_written_whole_and_read_again(tmp_path):
    measured = [measure_saliency(*draw(i, objects=i)) for i in range(4)]
    stacked = stack_saliency([(f'{i}.png', of_one) for i, of_one in enumerate(measured)])
    again = read_saliency(write_saliency(stacked, tmp_path / 'new' / 'measures.npz'))
    for field in fields(stacked):
        np.testing.assert_array_equal(getattr(stacked, field.name), getattr(again, field.name))
    assert again.images.tolist() == ['0.png', '1.png', '2.png', '3.png']
    assert again.salient.tolist() == [of_one.salient for of_one in measured]
    assert again.precision.shape == again.e_curve.shape == (4, 256)
    for i, of_one in enumerate(measured):
        of_image = again.object_image == i
        np.testing.assert_array_equal(again.object_area[of_image], of_one.objects.area)
        np.testing.assert_array_equal(again.object_error[of_image], of_one.objects.error)


def test_what_is_no_set_is_one_error(tmp_path):
    with pytest.raises(UserError, match='cannot read the saliency measures of a run'):
        read_saliency(tmp_path / 'none.npz')
    np.savez(tmp_path / 'other.npz', images=np.zeros(3))
    with pytest.raises(UserError, match='cannot read the saliency measures of a run'):
        read_saliency(tmp_path / 'other.npz')
