"""A sheet of pictures: ground truth on the left, predictions on the right."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

CELL = 320  # px, longer side of one picture on the sheet
PAIRS_PER_ROW = 2
CAPTION = 24  # px, height of the line above the sheet
# Distinct for readers who confuse red and green, too (Okabe and Ito).
COLOURS = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
)


@dataclass(frozen=True)
class Boxes:
    """Boxes on one picture."""

    xyxy: np.ndarray  # (N, 4) corners in px of the image as it is on disk
    labels: np.ndarray  # (N,) indices of classes
    scores: np.ndarray | None = None  # (N,); None for ground truth


def draw_sheet(
    pictures: Sequence[tuple[np.ndarray, Boxes, Boxes]], classes: Sequence[str]
) -> np.ndarray:
    """Draw a sheet with ground truth and predictions side by side.

    Args:
        pictures: Image (H, W, 3), uint8, BGR; its ground truth; the predictions to show.
        classes: Names of the classes.

    Returns:
        The sheet (H', W', 3), uint8, BGR.
    """
    pairs = [
        np.hstack([_cell(image, truth, classes), _cell(image, predicted, classes)])
        for image, truth, predicted in pictures
    ]
    blank = np.full_like(pairs[0], 255)
    pairs += [blank] * (-len(pairs) % PAIRS_PER_ROW)
    rows = [np.hstack(pairs[i : i + PAIRS_PER_ROW]) for i in range(0, len(pairs), PAIRS_PER_ROW)]
    caption = np.full((CAPTION, rows[0].shape[1], 3), 255, np.uint8)
    for i in range(PAIRS_PER_ROW):
        for j, text in enumerate(('ground truth', 'predicted')):
            write_text(caption, text, (2 * i + j) * CELL + 6, CAPTION - 8)
    return np.vstack([caption, *rows])


def _cell(image: np.ndarray, boxes: Boxes, classes: Sequence[str]) -> np.ndarray:
    """Fit an image into a square cell and draw its boxes."""
    shrunk, scale = shrink(image)
    cell = np.full((CELL, CELL, 3), 255, np.uint8)
    cell[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
    for i, (corners, label) in enumerate(zip(boxes.xyxy, boxes.labels, strict=True)):
        x1, y1, x2, y2 = (round(float(v) * scale) for v in corners)
        colour = COLOURS[int(label) % len(COLOURS)][::-1]  # RGB -> BGR
        text = classes[int(label)]
        if boxes.scores is not None:
            text += f' {boxes.scores[i]:.2f}'
        cv2.rectangle(cell, (x1, y1), (x2, y2), colour, 2)
        (text_width, text_height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
        top = max(y1, text_height + 6)
        left = min(x1, CELL - text_width - 4)
        cv2.rectangle(cell, (left, top - text_height - 6), (left + text_width + 4, top), colour, -1)
        write_text(cell, text, left + 2, top - 4, (255, 255, 255))
    return cell


def shrink(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Scale an image to the size of a cell; return it and the scale."""
    height, width = image.shape[:2]
    scale = (CELL - 2) / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale


def write_text(
    image: np.ndarray, text: str, x: int, y: int, colour: tuple[int, int, int] = (0, 0, 0)
) -> None:
    """Write a line of small text, its lower left corner at x, y."""
    cv2.putText(image, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA)
