"""Class activation maps, computed and drawn: which places of a feature map raise a score.

Captum computes them. It needs PyTorch and NumPy alone, while pytorch-grad-cam needs torchvision,
whose builds fit one build of torch each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from res2net_mm.errors import UserError, argument, brief

from .feature_maps import FeatureMaps

# Method -> the value of its map at a place, before negative values are set to 0.
METHODS = {
    'grad-cam': 'sum over channels of activation x mean gradient (Selvaraju et al., 1610.02391)',
    'hires-cam': 'sum over channels of activation x gradient (Draelos and Carin, 2011.08891)',
    'eigen-cam': 'first principal component of the activations, no score (Muhammad, 2008.00299)',
}
CELL = 2.2  # inches, width of a picture
COLOURS = 'turbo'
OPACITY = 0.6  # of the colours at the map's maximum
OUTLINE = '#ff2fd6'


def activation_maps(
    score: Callable[[Tensor], Tensor], inputs: Tensor, maps: FeatureMaps, method: str = 'grad-cam'
) -> list[Tensor]:
    """Return the class activation maps of a score.

    Args:
        score: Runs the network on ``inputs`` and returns a score, a tensor of one number.
        inputs: The network's input (1, 3, H, W).
        maps: The feature maps, for all of which one pass is enough.
        method: One of ``METHODS``.

    Returns:
        For each map (h, w), float32, not below 0; in the score's unit except for ``eigen-cam``.

    Raises:
        UserError: The method is unknown, Captum is missing, or the score does not depend on the
            maps in a way that has a gradient.
    """
    if method not in METHODS:
        raise UserError(f'method {method!r} is unknown; allowed: {", ".join(METHODS)}')
    try:
        from captum.attr import LayerActivation, LayerGradCam, LayerGradientXActivation
    except ImportError as error:
        raise UserError(
            'class activation maps need Captum: `pip install captum` (which needs torch, NumPy, '
            f'matplotlib, packaging and tqdm): {error}'
        ) from error
    kind, options = {
        'grad-cam': (LayerGradCam, dict(attr_dim_summation=False)),
        'hires-cam': (LayerGradientXActivation, {}),
        'eigen-cam': (LayerActivation, {}),
    }[method]
    options['attribute_to_layer_input'] = maps.at_input
    try:
        found = kind(score, maps.module).attribute(inputs, **options)
    except RuntimeError as error:
        if 'grad' not in str(error) and 'unused' not in str(error):
            raise
        raise UserError(
            f'the score does not depend on {maps.names[0]} in a way that has a gradient; '
            f'{argument("method", "eigen-cam")} needs none ({brief(error)})'
        ) from error
    if not isinstance(found, Tensor) or found.dim() != 4:
        raise UserError(f'{maps.names[0]} is not a feature map (N, C, H, W): no map can be drawn')
    parts = [part[0].detach() for part in maps.parts(found)]  # (C, h, w)
    flat = [_principal_component(x) if method == 'eigen-cam' else x.sum(0) for x in parts]
    return [x.relu().float().cpu() for x in flat]


def _principal_component(x: Tensor) -> Tensor:
    """(C, h, w) -> (h, w), with the sign for which its sum is positive."""
    places = x.flatten(1).T  # (C, h, w) -> (h * w, C)
    direction = torch.linalg.svd(places, full_matrices=False).Vh[0]
    projected = (places @ direction).reshape(x.shape[1:])
    return projected if projected.sum() >= 0 else -projected


@dataclass(frozen=True)
class CamRow:
    """The maps of a stage."""

    title: str
    maps: Sequence[np.ndarray]  # (h, w), not below 0, of its output and of its splits, if any
    titles: Sequence[str]  # of the maps


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
