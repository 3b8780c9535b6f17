"""Presets are filled in, and numbers are checked under the names of their arguments."""

import numpy as np
import pytest
from torch import nn

from res2net_mm import Res2Net
from res2net_mm.backbones.checked_arguments import check_whole, check_wholes, per_stage
from res2net_mm.errors import UserError


def test_a_preset_fills_in_numbers_and_a_given_argument_wins():
    backbone = Res2Net('res2net50_v1b_26w_4s', stage_blocks=None, scales=2, out_indices=(3,))
    assert len(backbone.layer1[0].convs) == 1
    assert isinstance(backbone.conv1, nn.Sequential)
    assert backbone.preset == 'res2net50_v1b_26w_4s'


def test_a_depth_left_over_from_a_base_config_is_refused():
    with pytest.raises(UserError, match='depth=50 contradicts preset'):
        Res2Net('res2net101_v1b_26w_4s', depth=50)


def test_a_preset_of_the_other_class_is_refused():
    with pytest.raises(UserError, match='Res2NetDLA'):
        Res2Net('res2net_dla60')


@pytest.mark.parametrize('value', [0, -1, 1.5, True, '4', [4]])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(UserError, match=r'scales=.* must be a whole number of 1 or more'):
        check_whole(scales=value)
    with pytest.raises(UserError, match=r'strides=.* must list whole numbers of 1 or more'):
        check_wholes(strides=[1, value])


def test_whole_numbers_and_none_pass():
    check_whole(scales=4, se=None, width=np.int64(2))
    check_whole(least=-1, frozen_stages=-1)
    check_wholes(strides=(1, 2), dilations=None)
    with pytest.raises(UserError, match='strides=4 must list'):
        check_wholes(strides=4)


def test_there_is_one_value_for_each_stage():
    assert per_stage('strides', [1, 2], 2) == (1, 2)
    with pytest.raises(UserError, match=r'strides=\(1, 2\) must have one entry for each of 3'):
        per_stage('strides', [1, 2], 3)
