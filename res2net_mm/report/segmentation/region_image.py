"""One image of two segmenters: ground truth, predictions and what differs, whole or close up."""

from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.evaluation.regions.connected import Connected, connected_regions
from res2net_mm.evaluation.sheets.segmentation_sheet import paint_labels
from res2net_mm.report.page.outlines import Window, window_on
from res2net_mm.report.page.style import INK, RUN_COLOURS
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun

NO_LABEL = 255
NO_IMAGE = 235  # grey where the image is not known
LIFTED = 0.6  # of the way to white is the image under what differs


@dataclass(frozen=True, eq=False)
class RegionImage:
    """What two runs say of one image.

    Attributes:
        pixels: (H, W, 3) uint8, BGR.
        labels: (3, H, W) uint8, ground truth and both predictions; ``NO_LABEL`` for no class.
        truth: The regions of the ground truth, in the order of those that were scored.
    """

    pixels: np.ndarray
    labels: np.ndarray
    truth: Connected


def read_region_image(a: SegmenterRun, b: SegmenterRun, index: int) -> RegionImage | str:
    """Read the files of an image; why it cannot be shown where they are not what was scored."""
    (truth, of_a), (_, of_b) = a.read_maps(index), b.read_maps(index)
    classes, name = len(a.regions.categories), a.regions.images[index]
    if not truth.shape == of_a.shape == of_b.shape:
        return f'{name} has label maps of different sizes'
    labels = np.stack([truth, of_a, of_b])
    labels = np.where((labels >= 0) & (labels < classes), labels, NO_LABEL).astype(np.uint8)
    regions = connected_regions(labels[0], classes)
    if not np.array_equal(regions.area, a.regions.truth.area[a.regions.truth_image == index]):
        return f'{name} has another ground truth than was scored'
    file = a.images[index] or b.images[index]
    pixels = None if file is None else cv2.imread(str(file))
    if pixels is None:
        pixels = np.full((*truth.shape, 3), NO_IMAGE, np.uint8)
    if pixels.shape[:2] != truth.shape:
        pixels = cv2.resize(pixels, truth.shape[::-1], interpolation=cv2.INTER_AREA)
    return RegionImage(pixels, labels, regions)


def views(
    image: RegionImage,
    box: np.ndarray | None,
    side: int,
    *,
    colours: np.ndarray,
    runs: tuple[int, int],
) -> list[Window]:
    """Five views: ground truth, the first run, the second, the image, what differs.

    Args:
        image: The image.
        box: x, y, width, height in px of what to look at; None for the whole image.
        side: Of a view in px, as of ``window_on``.
        colours: (K, 3) RGB of the classes.
        runs: Which runs of the report these are, for their colours.
    """
    plain = window_on(image.pixels, box, side)
    labels = [window_on(of_one, box, side, labels=True).pixels for of_one in image.labels]
    # Over grey the colours of the classes stay those of the key.
    grey = cv2.cvtColor(cv2.cvtColor(plain.pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    painted = [paint_labels(grey, of_one, colours[:, ::-1]) for of_one in labels]
    drawn = [*painted, plain.pixels, _difference(grey, *labels, runs)]
    return [Window(pixels, plain.left, plain.top, plain.scale) for pixels in drawn]


def _difference(
    grey: np.ndarray, truth: np.ndarray, a: np.ndarray, b: np.ndarray, runs: tuple[int, int]
) -> np.ndarray:
    """The grey image made pale; in colour where one run is right, dark where none is."""
    drawn = (255 - (1 - LIFTED) * (255.0 - grey)).round().astype(np.uint8)
    counted, a_right, b_right = truth != NO_LABEL, a == truth, b == truth
    for where, colour in (
        (a_right & ~b_right, run_colour(runs[0])),
        (b_right & ~a_right, run_colour(runs[1])),
        (~a_right & ~b_right, INK),
    ):
        drawn[counted & where] = [int(colour[i : i + 2], 16) for i in (5, 3, 1)]  # '#rrggbb' -> BGR
    return drawn


def run_colour(run: int) -> str:
    """``#rrggbb`` of a run, that of its lines in the plots."""
    return RUN_COLOURS[run % len(RUN_COLOURS)]
