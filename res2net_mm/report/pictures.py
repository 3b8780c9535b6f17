"""Images that show how runs differ: which ones, and their panels in rows."""

from collections.abc import Callable, Sequence

import numpy as np

from res2net_mm.report.page.outlines import Mark, Window, draw_marks, encode_jpeg
from res2net_mm.report.page.parts import Panel, Picture

CLOSE_UPS = 3  # for each image
TITLE = 'Images where the runs differ most'


def draw_pictures(
    ahead: Sequence[np.ndarray],
    count: int,
    draw: Callable[[int, int], Picture | str],
    *,
    faulty: str,
    nothing: str,
) -> tuple[list[Picture], list[str]]:
    """Draw the images in which each run differs most from the first.

    Args:
        ahead: (N,) by how much each run but the first is ahead of the first in each image.
        count: How many images to draw for each run.
        draw: Draws an image, given the index of the run and of the image; or says what is wrong.
        faulty: Note on images that cannot be drawn; gets their number and the first.
        nothing: Note where no run is ahead in any image.
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
