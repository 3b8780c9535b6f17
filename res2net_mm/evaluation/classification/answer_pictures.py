"""Pictures with what a classifier says of them: the classes that score highest, as bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.lettering import Lettering

LEAST_WIDTH = 240  # px, of a drawn picture: names of classes have to fit beside their scores
RIGHT, WRONG, PLAIN = (115, 158, 0), (0, 94, 213), (178, 114, 0)  # BGR
PER_ROW = 4  # on a sheet
BLACK = (0, 0, 0)


@dataclass(frozen=True)
class Answers:
    """What a classifier says of one picture.

    Attributes:
        image: (H, W, 3) uint8, BGR.
        labels: (k,) indices of the classes that score highest, the highest first.
        scores: (k,) their scores, 0 to 1.
        truth: Index of the true class; None if it is not known.
    """

    image: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    truth: int | None = None


def draw_answers(answers: Answers, classes: Sequence[str], letters: Lettering) -> np.ndarray:
    """Return the picture above its classes, a bar of its score behind each name.

    The bar of the true class is green; where it is known and not the first, the first is orange. A
    picture narrower than 240 px is enlarged. Returns (H', W', 3) uint8, BGR.
    """
    image = answers.image
    if image.shape[1] < LEAST_WIDTH:
        factor = -(-LEAST_WIDTH // image.shape[1])
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_NEAREST)
    width = image.shape[1]
    shown = [
        (int(label), f' {100 * score:.1f} %', float(score))
        for label, score in zip(answers.labels, answers.scores, strict=True)
    ]
    if answers.truth is not None and answers.truth not in [label for label, _, _ in shown]:
        shown.append((answers.truth, ' is true', 0.0))
    sizes = [letters.size_of(classes[label], more)[1] for label, more, _ in shown]
    row = max(sizes) + 6
    strip = np.full((row * len(shown), width, 3), 255, np.uint8)
    for i, (label, more, score) in enumerate(shown):
        colour = PLAIN
        if answers.truth is not None:
            colour = RIGHT if label == answers.truth else WRONG if i == 0 else PLAIN
        end = max(3, round(score * width))
        bar = strip[i * row + 1 : (i + 1) * row - 1, :end]
        bar[:] = [round(part + 0.45 * (255 - part)) for part in colour]
        letters.write(strip, (5, i * row + 3), classes[label], more, BLACK)
    return np.vstack([image, strip])


def draw_answer_sheet(pictures: Sequence[Answers], classes: Sequence[str]) -> np.ndarray:
    """Return a sheet of pictures with their answers, four in a row, (H', W', 3) uint8, BGR."""
    letters = Lettering(classes)
    cells = []
    for answers in pictures:
        height, width = answers.image.shape[:2]
        scale = LEAST_WIDTH / max(height, width)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
        square = np.full((LEAST_WIDTH, LEAST_WIDTH, 3), 255, np.uint8)
        left = (LEAST_WIDTH - size[0]) // 2
        drawn = cv2.resize(answers.image, size, interpolation=way)
        square[LEAST_WIDTH - size[1] :, left : left + size[0]] = drawn
        shown = Answers(square, answers.labels, answers.scores, answers.truth)
        cells.append(draw_answers(shown, classes, letters))
    tallest = max(len(cell) for cell in cells) + 6
    wide = LEAST_WIDTH + 6
    columns = min(PER_ROW, len(cells))
    sheet = np.full((-(-len(cells) // columns) * tallest, columns * wide, 3), 255, np.uint8)
    for i, cell in enumerate(cells):
        top, left = i // columns * tallest, i % columns * wide
        sheet[top : top + len(cell), left : left + LEAST_WIDTH] = cell
    return sheet
