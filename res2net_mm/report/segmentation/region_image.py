"""One image of two segmenters: ground truth, predictions and what differs, whole or close up."""

from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.evaluation.regions.connected import Connected, connected_regions
from res2net_mm.evaluation.sheets.segmentation_sheet import paint_labels
from res2net_mm.report.page.outlines import Window, window_on
from res2net_mm.report.page.plots import INK, run_colour
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun

NO_LABEL = 255
NO_IMAGE = 235  # grey where the image is not known
LIFTED = 0.6  # of the way to white is the image below what differs


@dataclass(frozen=True, eq=False)
class RegionImage:
    """The labels of two runs in one image.

    Attributes:
        pixels: (H, W, 3) uint8, BGR.
        labels: (3, H, W) uint8, ground truth and both predictions; ``NO_LABEL`` for no class.
        truth: Regions of the ground truth, in the order in which they were scored.
    """

    pixels: np.ndarray
    labels: np.ndarray
    truth: Connected


def read_region_image(a: SegmenterRun, b: SegmenterRun, index: int) -> RegionImage | str:
    """Read the files of an image; return what is wrong if they are not those that were scored."""
    name, classes = a.regions.images[index], len(a.regions.categories)
    if a.read_maps is None or b.read_maps is None:
        return f'{name} has no label maps'
    (truth, of_a), (_, of_b) = a.read_maps(index), b.read_maps(index)
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
    *,
    colours: np.ndarray,
    runs: tuple[int, int],
) -> list[Window]:
    """Return five views: ground truth, the first run, the second, the image, what differs.

    ``box`` is that of ``window_on``, ``colours`` are (K, 3) RGB of the classes; ``runs``, the
    indices of the runs in the report, give them their colours.
    """
    plain = window_on(image.pixels, box)
    truth, a, b = (window_on(of_one, box, labels=True).pixels for of_one in image.labels)
    # Over grey the classes have the colours of the legend.
    grey = cv2.cvtColor(cv2.cvtColor(plain.pixels, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    painted = [paint_labels(grey, labels, colours[:, ::-1]) for labels in (truth, a, b)]
    drawn = [*painted, plain.pixels, _difference(grey, truth, a, b, runs)]
    return [Window(pixels, plain.left, plain.top, plain.scale) for pixels in drawn]


def _difference(
    grey: np.ndarray, truth: np.ndarray, a: np.ndarray, b: np.ndarray, runs: tuple[int, int]
) -> np.ndarray:
    """Return the pale image with the colour of a run where only it is right, dark where none is."""
    drawn = (255 - (1 - LIFTED) * (255.0 - grey)).round().astype(np.uint8)
    counted, a_right, b_right = truth != NO_LABEL, a == truth, b == truth
    for where, colour in (
        (a_right & ~b_right, run_colour(runs[0])),
        (b_right & ~a_right, run_colour(runs[1])),
        (~a_right & ~b_right, INK),
    ):
        drawn[counted & where] = [int(colour[i : i + 2], 16) for i in (5, 3, 1)]  # '#rrggbb' -> BGR
    return drawn
