"""Pictures of runs side by side: which images, whole or close up, with outlines, as JPEG."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from res2net_mm.report.page.parts import Panel, Picture

CLOSE_UPS = 3  # for each image
TITLE = 'Images where the runs differ most'
SIDE = 480  # px, longer side of a whole image
CLOSE = 320  # px, side of a close-up
LEAST_ZOOM = 1.5  # of a close-up over the whole image
AROUND = 3  # a close-up shows this many times the object's longer side
LEAST_AROUND = 40  # px of the image, and at least as many
DASH = 7  # px
QUALITY = 80  # of JPEG


@dataclass(frozen=True)
class Mark:
    """Closed outlines to draw: (P, 2) corners in px of the image, for each; the colour is RGB."""

    corners: Sequence[np.ndarray]
    colour: tuple[int, int, int]
    dashed: bool = False


@dataclass(frozen=True)
class Window:
    """A scaled part of an image: x in the image is ``scale * (x - left)`` in ``pixels``."""

    pixels: np.ndarray
    left: float
    top: float
    scale: float


def window_on(image: np.ndarray, box: np.ndarray | None, *, labels: bool = False) -> Window:
    """Return the whole image (never enlarged), or a square around a box x, y, width, height in px.

    The image is (H, W, 3) uint8, BGR, or (H, W) uint8 ``labels``, which are not interpolated.
    """
    height, width = image.shape[:2]
    if box is None:
        left = top = 0
        scale = min(1, SIDE / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
    else:
        x, y, w, h = box
        shown = min(max(AROUND * max(w, h), LEAST_AROUND), height, width)
        left = int(np.clip(x + w / 2 - shown / 2, 0, width - shown))
        top = int(np.clip(y + h / 2 - shown / 2, 0, height - shown))
        image = image[top : top + int(shown), left : left + int(shown)]
        scale, size = CLOSE / int(shown), (CLOSE, CLOSE)
    enlarging = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    how = cv2.INTER_NEAREST if labels else enlarging
    return Window(cv2.resize(image, size, interpolation=how), left, top, scale)


def is_close_up(window: Window, image: np.ndarray) -> bool:
    """Return whether a window enlarges an image beyond the view of the whole image."""
    return window.scale >= LEAST_ZOOM * min(1, SIDE / max(image.shape))


def draw_marks(window: Window, marks: Sequence[Mark]) -> np.ndarray:
    """Return the window with outlines, (H, W, 3) uint8, BGR; later ones cover earlier ones."""
    drawn = window.pixels.copy()
    for mark in marks:
        for corners in mark.corners:
            points = (corners - (window.left, window.top)) * window.scale
            # The dark line below shows on bright images, the colour on dark ones.
            for colour, thickness in (((0, 0, 0), 4), (mark.colour[::-1], 2)):  # RGB -> BGR
                for start, end in strokes(points, mark.dashed):
                    cv2.line(drawn, start, end, colour, thickness, cv2.LINE_AA)
    return drawn


def strokes(points: np.ndarray, dashed: bool) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield start and end of each line of a closed outline."""
    ends = np.roll(points, -1, axis=0)
    lengths = np.hypot(*(ends - points).T)
    walked = 0.0
    for start, end, length in zip(points, ends, lengths, strict=True):
        cuts = np.array([0, length])
        if dashed:  # where the way round reaches a multiple of the dash
            cuts = np.insert(cuts, 1, np.arange(DASH - walked % DASH, length, DASH))
        for here, there in pairwise(cuts):
            if not dashed or int((walked + (here + there) / 2) / DASH) % 2 == 0:
                at = np.array([[here], [there]])
                a, b = np.round(start + (end - start) * at / max(length, 1e-9)).astype(int).tolist()
                yield tuple(a), tuple(b)
        walked += length


def encode_jpeg(image: np.ndarray) -> bytes:
    """Return an image (H, W, 3), uint8, BGR, as a JPEG file."""
    done, encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OSError('OpenCV could not encode a JPEG')
    return encoded.tobytes()


def draw_pictures(
    ahead: Sequence[np.ndarray],
    count: int,
    draw: Callable[[int, int], Picture | str],
    *,
    faulty: str,
    nothing: str,
) -> tuple[list[Picture], list[str]]:
    """Draw the images in which each run differs most from the first, ``count`` for each run.

    ``ahead`` (N,) is by how much each run but the first is ahead of it in each image. ``draw`` gets
    the index of the run and of the image, and returns text where an image cannot be drawn.
    ``faulty`` is the note on those, which gets their number and the first; ``nothing`` is the note
    where no run is ahead.
    """
    runs = enumerate(ahead, 1)
    drawn = [draw(run, index) for run, a in runs for index in most_different(a, count)]
    pictures = [picture for picture in drawn if not isinstance(picture, str)]
    faults = [fault for fault in drawn if isinstance(fault, str)]
    notes = [faulty.format(len(faults), faults[0])] if faults else []
    return pictures, notes if drawn else [nothing]


def most_different(ahead: np.ndarray, count: int) -> list[int]:
    """Return indices of the images that differ most: first where b is ahead, then where a is.

    ``ahead`` (N,) is by how much b is ahead of a in each image. Either run gets half of ``count``,
    or less where it is ahead in fewer images.
    """

    def top(ahead: np.ndarray, count: int) -> list[int]:
        order = np.argsort(-ahead, kind='stable')[:count]
        return [int(index) for index in order if ahead[index] > 0]

    return [*top(ahead, count - count // 2), *top(-ahead, count // 2)]


def panel_row(
    name: str,
    shown: str,
    captions: Sequence[str],
    windows: Sequence[Window],
    marks: Sequence[Sequence[Mark]],
) -> list[Panel]:
    """Return a row of panels ``<name>-0``, ``<name>-1``, ... that all show a view of ``shown``."""
    return [
        Panel(f'{name}-{place}', caption, f'{shown}: {caption}', encode_jpeg(draw_marks(window, m)))
        for place, (caption, window, m) in enumerate(zip(captions, windows, marks, strict=True))
    ]
