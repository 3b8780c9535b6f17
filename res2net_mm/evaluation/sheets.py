"""Sheets of pictures: what a model predicts beside what is annotated."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.lettering import Lettering

CELL = 320  # px, longer side of one picture on the sheet
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
PAIRS_PER_ROW = 2  # of ground truth and predictions, on a sheet of boxes
COLUMNS = ('image', 'ground truth', 'predicted')  # of a sheet of label maps
OPACITY = 0.65  # of a class over the image
LEGEND_ROW = 22  # px
BLACK = (0, 0, 0)


@dataclass(frozen=True)
class Boxes:
    """Boxes on one picture.

    Attributes:
        xyxy: (N, 4) corners in px of the image as it is on disk.
        labels: (N,) indices of classes.
        scores: (N,) scores, or None for ground truth.
    """

    xyxy: np.ndarray
    labels: np.ndarray
    scores: np.ndarray | None = None


@dataclass(frozen=True)
class Masks:
    """One picture with label maps.

    Attributes:
        image: (H, W, 3) uint8, BGR.
        truth: (H, W) labels, or None where there are none.
        predicted: (H, W) labels.
    """

    image: np.ndarray
    truth: np.ndarray | None
    predicted: np.ndarray


def draw_sheet(
    pictures: Sequence[tuple[np.ndarray, Boxes | None, Boxes]], classes: Sequence[str]
) -> np.ndarray:
    """Draw a sheet with ground truth on the left and predictions on the right.

    Args:
        pictures: Image (H, W, 3), uint8, BGR; its ground truth, or None, in whose
            place the image stands; the predictions to show.
        classes: Names of the classes.

    Returns:
        The sheet (H', W', 3), uint8, BGR.
    """
    letters = Lettering(classes)
    pairs = [
        np.hstack([_with_boxes(image, boxes, classes, letters) for boxes in (truth, predicted)])
        for image, truth, predicted in pictures
    ]
    pairs += [np.full_like(pairs[0], 255)] * (-len(pairs) % PAIRS_PER_ROW)
    rows = [np.hstack(pairs[i : i + PAIRS_PER_ROW]) for i in range(0, len(pairs), PAIRS_PER_ROW)]
    left = COLUMNS[any(truth is not None for _, truth, _ in pictures)]
    return np.vstack([_caption((left, COLUMNS[2]) * PAIRS_PER_ROW), *rows])


def draw_segmentation_sheet(
    pictures: Sequence[Masks], classes: Sequence[str], palette: Sequence[Sequence[int]]
) -> np.ndarray:
    """Draw a sheet with a row for each picture and a legend of the classes.

    Args:
        pictures: The pictures.
        classes: Names of the classes; labels beyond them are ignored ones, left as in the image.
        palette: RGB of each class.

    Returns:
        The sheet (H', W', 3), uint8, BGR.
    """
    colours = np.asarray(palette, np.uint8).reshape(-1, 3)[:, ::-1]  # RGB -> BGR
    rows = [_row(picture, colours) for picture in pictures]
    return np.vstack([_caption(COLUMNS), *rows, _legend(classes, colours, rows[0].shape[1])])


def paint_labels(
    image: np.ndarray, labels: np.ndarray, colours: np.ndarray, opacity: float = OPACITY
) -> np.ndarray:
    """Return an image, (H, W, 3) uint8, BGR, with a label map painted over it.

    ``labels`` are (H, W) unsigned integers; those beyond ``colours``, (K, 3) BGR, stay as in the
    image. ``opacity`` is the share of the colour in a painted pixel, 0 to 1.
    """
    known = labels < len(colours)
    painted = image.copy()
    mixed = opacity * colours[labels[known]] + (1 - opacity) * image[known]
    painted[known] = mixed.round().astype(np.uint8)
    return painted


def _with_boxes(
    image: np.ndarray, boxes: Boxes | None, classes: Sequence[str], letters: Lettering
) -> np.ndarray:
    """Fit an image into a square cell and draw its boxes."""
    shrunk, scale = _shrink(image)
    cell = np.full((CELL, CELL, 3), 255, np.uint8)
    cell[: shrunk.shape[0], : shrunk.shape[1]] = shrunk
    if boxes is None:
        return cell
    for i, (corners, label) in enumerate(zip(boxes.xyxy, boxes.labels, strict=True)):
        x1, y1, x2, y2 = (round(float(v) * scale) for v in corners)
        colour = COLOURS[int(label) % len(COLOURS)][::-1]  # RGB -> BGR
        name = classes[int(label)]
        score = '' if boxes.scores is None else f' {boxes.scores[i]:.2f}'
        cv2.rectangle(cell, (x1, y1), (x2, y2), colour, 2)
        width, height = letters.size_of(name, score)
        top, left = max(y1, height + 4), min(x1, CELL - width - 4)
        cv2.rectangle(cell, (left, top - height - 4), (left + width + 4, top), colour, -1)
        letters.write(cell, (left + 2, top - height - 3), name, score)
    return cell


def _row(picture: Masks, colours: np.ndarray) -> np.ndarray:
    image, _ = _shrink(picture.image)
    height, width = image.shape[:2]
    row = np.full((height + 2, len(COLUMNS) * CELL, 3), 255, np.uint8)
    for i, labels in enumerate((None, picture.truth, picture.predicted)):
        shown = image
        if labels is not None:
            size = (width, height)
            labels = cv2.resize(labels.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
            shown = paint_labels(image, labels, colours)
        row[:height, i * CELL : i * CELL + width] = shown
    return row


def _legend(classes: Sequence[str], colours: np.ndarray, width: int) -> np.ndarray:
    letters, places, x, y = Lettering(classes), [], 6, 0
    for name in classes:
        needed = 36 + letters.size_of(name)[0]
        if x > 6 and x + needed > width:
            x, y = 6, y + LEGEND_ROW
        places.append((x, y))
        x += needed
    legend = np.full((y + LEGEND_ROW, width, 3), 255, np.uint8)
    for (x, y), name, colour in zip(places, classes, colours, strict=True):
        legend[y + 4 : y + 18, x : x + 14] = colour
        letters.write(legend, (x + 20, y + 4), name, colour=BLACK)
    return legend


def _caption(titles: Sequence[str]) -> np.ndarray:
    """Return a line with the title of each cell."""
    caption = np.full((CAPTION, len(titles) * CELL, 3), 255, np.uint8)
    letters = Lettering(titles)
    for i, text in enumerate(titles):
        letters.write(caption, (i * CELL + 6, 5), text, colour=BLACK)
    return caption


def _shrink(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Scale an image to the size of a cell; return it and the scale."""
    height, width = image.shape[:2]
    scale = (CELL - 2) / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA), scale
