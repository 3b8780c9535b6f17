"""A sheet of pictures for a segmenter: the image, its ground truth and the prediction."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.evaluation.sheets.prediction_sheet import CAPTION, CELL, shrink, write_text

COLUMNS = ('image', 'ground truth', 'predicted')
OPACITY = 0.65  # of a class over the image
LEGEND_ROW = 22  # px


@dataclass(frozen=True)
class Masks:
    """One picture of the sheet."""

    image: np.ndarray  # (H, W, 3) uint8, BGR
    truth: np.ndarray | None  # (H, W) labels, or None where there are none
    predicted: np.ndarray  # (H, W) labels


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
    width = len(COLUMNS) * CELL
    caption = np.full((CAPTION, width, 3), 255, np.uint8)
    for i, text in enumerate(COLUMNS):
        write_text(caption, text, i * CELL + 6, CAPTION - 8)
    return np.vstack([caption, *rows, _legend(classes, colours, width)])


def _row(picture: Masks, colours: np.ndarray) -> np.ndarray:
    image, _ = shrink(picture.image)
    size = image.shape[1::-1]
    shown = [image]
    for labels in (picture.truth, picture.predicted):
        if labels is not None:
            labels = cv2.resize(labels.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
        shown.append(image if labels is None else paint_labels(image, labels, colours))
    row = np.full((size[1] + 2, len(COLUMNS) * CELL, 3), 255, np.uint8)
    for i, cell in enumerate(shown):
        row[: size[1], i * CELL : i * CELL + size[0]] = cell
    return row


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


def _legend(classes: Sequence[str], colours: np.ndarray, width: int) -> np.ndarray:
    places, x, y = [], 6, 0
    for name in classes:
        needed = 36 + cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)[0][0]
        if x > 6 and x + needed > width:
            x, y = 6, y + LEGEND_ROW
        places.append((x, y))
        x += needed
    legend = np.full((y + LEGEND_ROW, width, 3), 255, np.uint8)
    for (x, y), name, colour in zip(places, classes, colours, strict=True):
        legend[y + 4 : y + 18, x : x + 14] = colour
        write_text(legend, name, x + 20, y + 15)
    return legend
