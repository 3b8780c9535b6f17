"""Each advice says the number that counting by hand gives, and nothing where it does not apply."""

import numpy as np
import pytest

from res2net_mm.data.checks.best_anchors import SeenBoxes
from res2net_mm.data.checks.size_plan import plan_sizes
from res2net_mm.openmmlab.pyramid import Pyramid
from res2net_mm.openmmlab.resize_rule import ResizeRule

STRIDES = ((8.0, 8.0), (16.0, 16.0))
POINTS = Pyramid('FCOSHead', STRIDES)  # trained from 32 px on
SQUARES = tuple(np.array([[-s / 2, -s / 2, s / 2, s / 2]]) for s in (32.0, 64.0))
# Trained on sides of 16 to 128 px.
ANCHORED = Pyramid('RPNHead', STRIDES, SQUARES, 0.25)
RULE = ResizeRule(640, 640, True, False, 'to fit into 640x640 px')


def squares(sides, factor=1.0):
    """Boxes of these sides as the network sees them, centred on an anchor."""
    sides = np.array(sides, dtype=float)
    centre = 320.0
    corners = np.stack([centre - sides / 2] * 2 + [centre + sides / 2] * 2, axis=1)
    images = np.full((len(sides), 2), 640.0)
    return SeenBoxes(corners, np.full(len(sides), factor), images, sides**2)


def by_topic(plan):
    return {advice.topic: advice for advice in plan}


def test_boxes_under_one_cell():
    plan = by_topic(plan_sizes(squares([4, 7.9, 8, 100]), POINTS, RULE))
    assert plan['cell'].share == 0.5
    assert str(plan['cell']).startswith('advice (cell): 50.0 % of the boxes are smaller')
    assert 'apparent size under 8 px' in plan['cell'].text


def test_recall_of_anchors_by_size():
    """A square of side s has IoU (s/32)^2 with the small anchor: 0.5 from 22.7 px on."""
    plan = plan_sizes(squares([16, 17, 22, 23, 64, 300]), ANCHORED, RULE)
    at_half, at_own = (advice for advice in plan if advice.topic == 'anchors')
    assert at_half.share == pytest.approx(2 / 6)
    assert 'IoU 0.5 (small 25.0 %, medium 100.0 %, large 0.0 %)' in at_half.text
    assert at_own.share == pytest.approx(5 / 6)
    assert 'IoU 0.25, its pos_iou_thr (small 100.0 %' in at_own.text


def test_no_anchors_no_limit():
    plan = by_topic(plan_sizes(squares([64]), POINTS, RULE))
    assert 'the FCOSHead has no anchors' in plan['anchors'].text


def test_the_input_that_brings_most_boxes_into_range():
    """Sides of 10 to 12 px reach 16 when the input is 1.6 times as large: 1024."""
    plan = by_topic(plan_sizes(squares([10, 11, 12, 60]), ANCHORED, RULE))
    assert plan['input'].share == 1
    assert '25.0 % of the boxes have an apparent size' in plan['input'].text
    assert '16 to 128 px' in plan['input'].text
    assert 'with an input of 1024x1024 px it would be 100.0 %' in plan['input'].text


def test_large_boxes_ask_for_a_smaller_input():
    plan = by_topic(plan_sizes(squares([60, 200, 200]), ANCHORED, RULE))
    assert 'with an input of 320x320 px it would be 100.0 %' in plan['input'].text


@pytest.mark.parametrize(
    ('rule', 'said'),
    [
        (None, 'with images resized by 1.6 it'),
        (ResizeRule(2, 2, False, True, ''), 'with scale_factor 3.2 x 3.2 it'),
        (ResizeRule(np.inf, 320, True, False, ''), 'with a shorter side of 512 px it'),
        (ResizeRule(1000, 640, True, False, ''), 'with an input of 1600x1024 px it'),
    ],
)
def test_the_input_is_said_as_the_resize_is(rule, said):
    assert said in by_topic(plan_sizes(squares([10, 60]), ANCHORED, rule))['input'].text


def test_an_input_that_fits_stays():
    plan = by_topic(plan_sizes(squares([40, 60, 100]), ANCHORED, RULE))
    assert plan['input'].share == 1
    assert 'no input between half and twice as large has 5 % more' in plan['input'].text


def test_a_finer_level():
    """At stride 4 the range would begin at 8 px in place of 16."""
    plan = by_topic(plan_sizes(squares([7, 8, 12, 16, 60]), ANCHORED, RULE))
    assert plan['P2'].share == pytest.approx(2 / 5)
    assert 'pays: 40.0 % of the boxes' in plan['P2'].text
    assert 'does not pay: 0.0 %' in by_topic(plan_sizes(squares([60]), ANCHORED, RULE))['P2'].text


def test_a_pyramid_that_has_stride_4_is_told_nothing_of_it():
    fine = Pyramid('RPNHead', ((4.0, 4.0), (8.0, 8.0)))
    assert 'P2' not in by_topic(plan_sizes(squares([7]), fine, RULE))


def test_slices_where_shrinking_loses_boxes():
    """At a fifth, boxes of 10 px were 50 px; those of 2 px were too small before."""
    plan = by_topic(plan_sizes(squares([10, 10, 2, 100], factor=0.2), POINTS, RULE))
    assert plan['slices'].share == 0.5
    assert 'slices may help: images are shrunk (by 0.20' in plan['slices'].text
    assert 'compare-slicing' in plan['slices'].text


@pytest.mark.parametrize('factor', [0.9, 1.0, 2.0])
def test_no_slices_where_nothing_is_lost(factor):
    plan = by_topic(plan_sizes(squares([100, 200], factor), POINTS, RULE))
    assert plan['slices'].share == 0
    assert 'slices are not needed' in plan['slices'].text
    assert 'compare-slicing' not in plan['slices'].text


def test_no_boxes_no_advice():
    assert plan_sizes(squares([]), ANCHORED, RULE) == []
