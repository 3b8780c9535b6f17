"""Outlines lie where the boxes are, on whole images and close up."""

import cv2
import numpy as np
import pytest

from res2net_mm.report.detection.mistakes import Mistakes
from res2net_mm.report.page.parts import Picture
from res2net_mm.report.page.pictures import (
    CLOSE,
    SIDE,
    Mark,
    draw_marks,
    draw_pictures,
    is_close_up,
    most_different,
    panel_row,
    strokes,
    window_on,
)

COLOUR = (10, 200, 90)
SQUARE = np.array([[10.0, 10], [30, 10], [30, 30], [10, 30]])


def drawn_on(window, **options):
    drawn = draw_marks(window, [Mark([SQUARE], COLOUR, **options)])
    return (drawn == COLOUR[::-1]).all(axis=2)


def test_outlines_are_scaled_with_the_image():
    image = np.zeros((2 * SIDE, SIDE, 3), np.uint8)
    window = window_on(image, None)
    assert window.pixels.shape == (SIDE, SIDE // 2, 3)
    rows, columns = np.nonzero(drawn_on(window))
    assert rows.min() == pytest.approx(5, abs=2)
    assert columns.max() == pytest.approx(15, abs=2)
    small = window_on(np.zeros((50, 50, 3), np.uint8), None)
    assert small.scale == 1


@pytest.mark.parametrize('corner', [(0, 0), (75, 75)])
def test_close_ups_stay_in_the_image(corner):
    image = np.zeros((100, 100, 3), np.uint8)
    window = window_on(image, np.array([*corner, 20, 20]))
    assert window.pixels.shape == (CLOSE, CLOSE, 3)
    assert 0 <= window.left <= 40
    assert window.scale == pytest.approx(CLOSE / 60)
    if corner == (0, 0):
        rows, columns = np.nonzero(drawn_on(window))
        assert columns.min() == pytest.approx(10 * window.scale, abs=2)
        assert rows.max() == pytest.approx(30 * window.scale, abs=2)


def test_dashes_leave_gaps():
    def length(dashed):
        return sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in strokes(SQUARE * 10, dashed))

    assert length(False) == pytest.approx(800)
    assert length(True) == pytest.approx(400, rel=0.1)


def mistakes(missed, false):
    none = np.empty(0)
    return Mistakes(0.5, none, none, np.array(missed), np.array(false))


def test_both_directions_are_shown_the_largest_first():
    a = mistakes([1, 5, 0, 2, 0, 3], [0, 0, 0, 2, 1, 0])
    b = mistakes([0, 0, 3, 2, 0, 3], [0, 0, 1, 0, 3, 0])  # a - b: 1, 5, -4, 2, -2, 0
    assert most_different(a.total - b.total, 4) == [1, 3, 2, 4]
    assert most_different(a.total - b.total, 3) == [1, 3, 2]
    assert most_different(a.total - b.total, 20) == [1, 3, 0, 2, 4]
    assert most_different(a.total - a.total, 4) == []


def test_each_run_but_the_first_has_pictures_and_faults_are_told():
    def draw(run, index):
        return f'fault {run} {index}' if index == 2 else Picture(f'{run} {index}', [])

    ahead = [np.array([1, 0, -1]), np.array([0, 3, 0])]
    notes = dict(faulty='{} faults, first {}', nothing='nothing')
    pictures, told = draw_pictures(ahead, 2, draw, **notes)
    assert [picture.caption for picture in pictures] == ['1 0', '2 1']
    assert told == ['1 faults, first fault 1 2']
    assert draw_pictures([np.zeros(3)], 2, draw, **notes) == ([], ['nothing'])


def test_a_close_up_enlarges():
    image = np.zeros((400, 400, 3), np.uint8)
    assert is_close_up(window_on(image, np.array([10, 10, 20, 20])), image)
    assert not is_close_up(window_on(image, np.array([10, 10, 200, 200])), image)


def test_panels_are_numbered_and_described():
    image = np.zeros((60, 60, 3), np.uint8)
    window = window_on(image, None)
    mark = Mark([np.array([[10.0, 10], [30, 10], [30, 30], [10, 30]])], (255, 255, 255))
    plain, marked = panel_row('p', 'x.png', ['a', 'b'], [window] * 2, [[], [mark]])
    assert (plain.name, marked.name) == ('p-0', 'p-1')
    assert (plain.alt, marked.alt) == ('x.png: a', 'x.png: b')
    pixels = [
        cv2.imdecode(np.frombuffer(p.jpeg, np.uint8), cv2.IMREAD_COLOR) for p in (plain, marked)
    ]
    assert pixels[0].max() < 50 < pixels[1].max()
