"""Answers stand below their picture: bars as long as scores, the true class in green."""

import numpy as np
import pytest

from res2net_mm.evaluation.classification.answer_pictures import (
    LEAST_WIDTH,
    PER_ROW,
    Answers,
    draw_answer_sheet,
    draw_answers,
)
from res2net_mm.lettering import Lettering

CLASSES = ('cat', 'dog', 'owl')
LETTERS = Lettering(CLASSES)


def answers(truth=None, side=400, scores=(0.5, 0.25)):
    image = np.zeros((side // 2, side, 3), np.uint8)
    return Answers(image, np.array([1, 0]), np.array(scores), truth)


def row_of(drawn, top, i, rows):
    height = (len(drawn) - top) // rows
    return drawn[top + i * height + 2]


@pytest.mark.parametrize(('truth', 'greenest'), [(1, 0), (0, 1), (2, 2)])
def test_the_true_class_is_green(truth, greenest):
    drawn = draw_answers(answers(truth), CLASSES, LETTERS)
    rows = 2 if truth != 2 else 3  # a true class that is not among the answers is added
    lead = [row_of(drawn, 200, i, rows)[0].astype(int) for i in range(rows)]
    green = [g - max(b, r) for b, g, r in lead]
    assert int(np.argmax(green)) == greenest


def test_bars_are_as_long_as_scores():
    drawn = draw_answers(answers(), CLASSES, LETTERS)
    for i, score in enumerate((0.5, 0.25)):
        line = row_of(drawn, 200, i, 2)
        assert (line != 255).any(axis=1).sum() == round(score * 400)


def test_a_small_picture_is_enlarged():
    drawn = draw_answers(answers(side=32), CLASSES, LETTERS)
    assert drawn.shape[1] >= LEAST_WIDTH
    assert drawn.shape[1] % 32 == 0


@pytest.mark.parametrize('count', [1, PER_ROW, PER_ROW + 1])
def test_a_sheet_holds_all(count):
    sheet = draw_answer_sheet([answers(side=80)] * count, CLASSES)
    assert sheet.shape[1] == min(count, PER_ROW) * (LEAST_WIDTH + 6)
    dark = (sheet.sum(2) == 0).sum()
    assert dark >= count * LEAST_WIDTH * LEAST_WIDTH // 2
