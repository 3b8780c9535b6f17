"""Whether a row is tested or trained, by which command, and what that takes."""

import pytest

from res2net_mm.errors import UserError
from res2net_mm.reproduction.plan import Plan, require_ready
from res2net_mm.reproduction.rows import all_rows, find_rows


def plan(name: str) -> Plan:
    (row,) = find_rows(name)
    return Plan(row)


def test_published_weights_are_tested():
    found = plan('mmdet/htc_20e')
    assert found.status == 'test'
    assert found.trained.endswith('htc_r2_101_fpn_20e_coco-3a8d2112.pth')
    assert found.command == f'res2net-mm test htc_r2n101_fpn_20e {found.trained}'
    assert found.size == 'tests on 5000 images'
    assert plan('table5/r2n101_v1b').trained == plan('mmdet/faster_rcnn_2x').trained


def test_without_them_the_config_is_trained():
    found = plan('table8/r2n50_26w4s')
    assert found.status == 'train'
    assert found.command == 'res2net-mm train mask_rcnn_r2n50_26w4s_fpn_2x'
    assert found.size.startswith('trains 24 epochs of 118287 images (2.8 M images')
    assert plan('table7/r2n50').size == 'trains 20000 iterations, tests on 1449 images'


def test_the_forks_runs_are_not_those_of_the_weights_that_a_config_names():
    assert plan('mmdet-fork/htc_r2n101').trained is None


def test_a_row_without_a_config_says_why():
    found = plan('table1-2/bl_r2n50')
    assert found.status == 'no config'
    assert found.command == ''
    with pytest.raises(
        UserError, match=r'table1-2/bl_r2n50 cannot be run: there is no config .*al'
    ):
        require_ready(found)


def test_a_toolboxes_config_is_found():
    assert plan('vfnet/r2n101').ready
    assert plan('panoptic/r50_1x').fields['epochs'] == 12


def test_a_row_that_can_have_no_config_has_a_note():
    assert all(row.config or row.note or row.table.note for row in all_rows())
