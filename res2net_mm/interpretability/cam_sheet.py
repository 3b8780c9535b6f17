"""Draw class activation maps: a row for each stage, first its output, then its splits."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

CELL = 2.2  # inches, width of a picture
COLOURS = 'turbo'
OPACITY = 0.6  # of the colours at the map's maximum
OUTLINE = '#ff2fd6'


@dataclass(frozen=True)
class CamRow:
    """The maps of a stage.

    Attributes:
        title: Name of the stage.
        maps: The maps (h, w), not below 0, of the stage's output and of its splits, if any.
        titles: Title of each map.
    """

    title: str
    maps: Sequence[np.ndarray]
    titles: Sequence[str]


def draw_cam_sheet(
    image: np.ndarray,
    rows: Sequence[CamRow],
    *,
    title: str,
    padded: tuple[int, int],
    boxes: np.ndarray | None = None,
    pixels: np.ndarray | None = None,
) -> Figure:
    """Draw the maps over the image, each scaled to its own maximum.

    Args:
        image: (H, W, 3) uint8, RGB, the network's input without its padding.
        rows: The maps, by stage.
        title: Title of the figure.
        padded: Height and width of the network's input, which the maps cover.
        boxes: Boxes to outline: x1, y1, x2, y2 (K, 4) in px of ``image``.
        pixels: A region to outline: (H, W) bool.
    """
    height, width = image.shape[:2]
    columns = 1 + max(len(row.maps) for row in rows)
    cell_height = CELL * height / width
    size = (columns * CELL + 0.4, len(rows) * (cell_height + 0.28) + 0.5)
    figure = Figure(figsize=size, layout='constrained')
    figure.suptitle(title, fontsize=10)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    for axes, row in zip(grid, rows, strict=True):
        for cell in axes:
            cell.set_axis_off()
        pictures = [image, *(overlaid(image, map_, padded) for map_ in row.maps)]
        for cell, picture, text in zip(axes, pictures, (row.title, *row.titles), strict=False):
            cell.imshow(picture)
            cell.set_title(text, fontsize=8, pad=3)
            _outline(cell, boxes, pixels)
    return figure


def overlaid(image: np.ndarray, map_: np.ndarray, padded: tuple[int, int]) -> np.ndarray:
    """Blend a map, upsampled bilinearly, with an image, which is grey where the map is 0.

    Returns:
        (H, W, 3) uint8, RGB.
    """
    height, width = image.shape[:2]
    full = np.asarray(cv2.resize(map_, padded[::-1], interpolation=cv2.INTER_LINEAR), float)
    full = full[:height, :width]
    full /= max(float(full.max()), float(np.finfo(np.float32).tiny))
    grey = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    colours = 255 * colormaps[COLOURS](full)[..., :3]
    opacity = OPACITY * np.sqrt(full)[..., None]
    return (opacity * colours + (1 - opacity) * grey).round().astype(np.uint8)


def _outline(cell: Axes, boxes: np.ndarray | None, pixels: np.ndarray | None) -> None:
    for x1, y1, x2, y2 in () if boxes is None else boxes:
        cell.add_patch(
            Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=OUTLINE, linewidth=1.2)
        )
    if pixels is not None:
        cell.contour(pixels, levels=[0.5], colors=OUTLINE, linewidths=0.8)
