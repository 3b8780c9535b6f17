"""Which images are shown, and how their panels stand in a row."""

import cv2
import numpy as np

from res2net_mm.report.detection.mistakes import Mistakes
from res2net_mm.report.page.outlines import Mark, is_close_up, window_on
from res2net_mm.report.page.parts import Picture
from res2net_mm.report.pictures import (
    draw_pictures,
    most_different,
    panel_row,
)


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
