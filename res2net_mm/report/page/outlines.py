"""Outlines on a whole image or on an enlarged part of it, as JPEG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

AROUND = 3  # a close-up shows this many times the object's longer side
LEAST_AROUND = 40  # px of the image, and at least so many
DASH = 7  # px
QUALITY = 80  # of JPEG


@dataclass(frozen=True)
class Mark:
    """An outline to draw: (P, 2) corners in px of the image, closed."""

    corners: Sequence[np.ndarray]
    colour: tuple[int, int, int]
    dashed: bool = False


@dataclass(frozen=True)
class Window:
    """A part of an image, scaled: what is at x there is at ``scale * (x - left)`` here."""

    pixels: np.ndarray
    left: float
    top: float
    scale: float


def window_on(
    image: np.ndarray, box: np.ndarray | None, side: int, *, labels: bool = False
) -> Window:
    """The whole image (never enlarged), or what is around a box.

    Args:
        image: (H, W, 3) uint8, BGR; or (H, W) uint8, labels.
        box: x, y, width, height in px; None for the whole image.
        side: Of the window in px: of a square one around a box, the longer one else.
        labels: Whether the pixels are labels, between which there is nothing.
    """
    height, width = image.shape[:2]
    if box is None:
        scale = min(1, side / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        how = cv2.INTER_NEAREST if labels else cv2.INTER_AREA
        return Window(cv2.resize(image, size, interpolation=how), 0, 0, scale)
    x, y, w, h = box
    shown = min(max(AROUND * max(w, h), LEAST_AROUND), height, width)
    left = int(np.clip(x + w / 2 - shown / 2, 0, width - shown))
    top = int(np.clip(y + h / 2 - shown / 2, 0, height - shown))
    cut = image[top : top + int(shown), left : left + int(shown)]
    scale = side / int(shown)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    how = cv2.INTER_NEAREST if labels else how
    return Window(cv2.resize(cut, (side, side), interpolation=how), left, top, scale)


def draw_marks(window: Window, marks: Sequence[Mark]) -> np.ndarray:
    """The window with outlines on it, (H, W, 3) uint8, BGR; later ones lie over earlier ones."""
    drawn = window.pixels.copy()
    for mark in marks:
        for corners in mark.corners:
            points = (corners - (window.left, window.top)) * window.scale
            # A dark line below shows on bright images what the colour shows on dark ones.
            for colour, thickness in (((0, 0, 0), 4), (mark.colour[::-1], 2)):  # RGB -> BGR
                for start, end in strokes(points, mark.dashed):
                    cv2.line(drawn, start, end, colour, thickness, cv2.LINE_AA)
    return drawn


def strokes(points: np.ndarray, dashed: bool) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Start and end of the lines that make a closed outline."""
    ends = np.roll(points, -1, axis=0)
    lengths = np.hypot(*(ends - points).T)
    walked = 0.0
    for start, end, length in zip(points, ends, lengths, strict=True):
        # Whole sides, or cuts where the way round reaches a multiple of the dash.
        cuts = (
            np.r_[0, np.arange(DASH - walked % DASH, length, DASH), length]
            if dashed
            else (0, length)
        )
        for here, there in pairwise(cuts):
            if not dashed or int((walked + (here + there) / 2) / DASH) % 2 == 0:
                a, b = (start + (end - start) * at / max(length, 1e-9) for at in (here, there))
                yield (
                    tuple(np.round(a).astype(int).tolist()),
                    tuple(np.round(b).astype(int).tolist()),
                )
        walked += length


def encode_jpeg(image: np.ndarray) -> bytes:
    """An image (H, W, 3), uint8, BGR, as a JPEG file."""
    done, encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OSError('OpenCV could not encode a JPEG')
    return encoded.tobytes()
