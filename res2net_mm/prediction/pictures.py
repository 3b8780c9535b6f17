"""Draw what a model predicts on the picture it was given."""

from collections.abc import Sequence

import cv2
import numpy as np

from res2net_mm.evaluation.sheets import paint_labels
from res2net_mm.lettering import Lettering
from res2net_mm.openmmlab.edit import make_palette

from .slices import Found

OPACITY = 0.5  # of a class over the image
MARGIN = 6  # px in the legend


def class_colours(count: int, palette: Sequence[Sequence[int]] | None = None) -> np.ndarray:
    """Return one colour per class, (count, 3) uint8, BGR.

    ``palette`` holds the RGB of each class; None, or too short, stands for hues far apart.
    """
    if palette is None or len(palette) < count:
        palette = make_palette(count)
    return np.asarray(palette, np.uint8).reshape(-1, 3)[:count, ::-1].copy()


def letter_size(picture: np.ndarray) -> int:
    """Return the height of letters in px that can be read on a picture of this size."""
    return int(np.clip(min(picture.shape[:2]) / 32, 12, 40))


def draw_objects(
    picture: np.ndarray,
    found: Found,
    classes: Sequence[str],
    colours: np.ndarray,
    letters: Lettering,
) -> np.ndarray:
    """Draw boxes, and masks where there are any, with name, score and size in px.

    Objects of low score are drawn first, below the others. The picture, (H, W, 3) uint8, BGR, is
    copied; ``colours`` are (K, 3) BGR.
    """
    drawn = picture.copy()
    order = np.argsort(found.scores, kind='stable')
    if found.masks is not None:
        for i in order:
            mask = found.masks[i]
            mixed = OPACITY * colours[found.labels[i]] + (1 - OPACITY) * drawn[mask]
            drawn[mask] = mixed.round().astype(np.uint8)
    line = max(1, round(letter_size(picture) / 8))
    for i in order:
        x1, y1, x2, y2 = (round(float(v)) for v in found.boxes[i])
        colour = tuple(int(v) for v in colours[found.labels[i]])
        cv2.rectangle(drawn, (x1, y1), (x2, y2), colour, line)
        more = f' {found.scores[i]:.2f}  {x2 - x1}×{y2 - y1}'
        width, height = letters.size_of(classes[found.labels[i]], more)
        left = int(np.clip(x1, 0, max(0, picture.shape[1] - width - 4)))
        top = y1 - height - 4 if y1 >= height + 4 else min(y1, picture.shape[0] - height - 4)
        top = max(0, top)
        cv2.rectangle(drawn, (left, top), (left + width + 4, top + height + 4), colour, -1)
        ink = (0, 0, 0) if sum(colour) > 420 else (255, 255, 255)
        letters.write(drawn, (left + 2, top + 2), classes[found.labels[i]], more, ink)
    return drawn


def draw_labels(
    picture: np.ndarray,
    labels: np.ndarray,
    classes: Sequence[str],
    colours: np.ndarray,
    letters: Lettering,
    edges: np.ndarray | None = None,
) -> np.ndarray:
    """Paint a label map over its picture, with a legend of the classes below.

    The picture, (H, W, 3) uint8, BGR, is copied. Labels, (H, W), beyond the classes are left as in
    the picture; ``edges``, (H, W) bool, are drawn white. The legend adds to the height.
    """
    drawn = paint_labels(picture, labels, colours, OPACITY)
    if edges is not None:
        drawn[edges] = 255
    present, pixels = np.unique(labels[labels < len(classes)], return_counts=True)
    shares = sorted(zip(present, pixels / labels.size, strict=True), key=lambda pair: -pair[1])
    entries = [(int(label), f'  {share:.1%}') for label, share in shares]
    return np.vstack([drawn, _legend(entries, classes, colours, letters, picture.shape[1])])


def _legend(
    entries: Sequence[tuple[int, str]],
    classes: Sequence[str],
    colours: np.ndarray,
    letters: Lettering,
    width: int,
) -> np.ndarray:
    sizes = [letters.size_of(classes[label], more) for label, more in entries]
    row = max((height for _, height in sizes), default=0) + MARGIN
    places, x, y = [], MARGIN, MARGIN
    for text_width, _ in sizes:
        needed = row + text_width + 2 * MARGIN
        if x > MARGIN and x + needed > width:
            x, y = MARGIN, y + row
        places.append((x, y))
        x += needed
    legend = np.full((y + row, width, 3), 255, np.uint8)
    for (label, more), (x, y) in zip(entries, places, strict=True):
        legend[y : y + row - MARGIN, x : x + row - MARGIN] = colours[label]
        letters.write(legend, (x + row, y), classes[label], more, (0, 0, 0))
    return legend
