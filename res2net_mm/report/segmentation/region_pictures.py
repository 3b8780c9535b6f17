"""Images in which two segmenters differ: ground truth, both predictions and what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from res2net_mm.errors import argument
from res2net_mm.evaluation.regions.image_regions import Connected, connected_regions
from res2net_mm.evaluation.regions.region_scores import SUMS, sum_regions
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.sheets import paint_labels
from res2net_mm.report.page.parts import Part, Picture
from res2net_mm.report.page.pictures import (
    CLOSE_UPS,
    TITLE,
    Mark,
    Window,
    draw_pictures,
    is_close_up,
    panel_row,
    window_on,
)
from res2net_mm.report.page.plots import INK, run_colour
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun

NO_LABEL = 255
NO_IMAGE = 235  # grey where the image is not known
OUTLINE = (255, 255, 255)
LIFTED = 0.6  # of the way to white is the image below what differs


@dataclass(frozen=True, eq=False)
class RegionImage:
    """The labels of two runs in one image."""

    pixels: np.ndarray  # (H, W, 3) uint8, BGR
    labels: np.ndarray  # (3, H, W) uint8, ground truth and both predictions; NO_LABEL for no class
    truth: Connected  # regions of the ground truth, in the order in which they were scored


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
    image: RegionImage, box: np.ndarray | None, *, colours: np.ndarray, runs: tuple[int, int]
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


def region_pictures(runs: Sequence[SegmenterRun], count: int) -> tuple[list[Part], list[str]]:
    """Show ``count`` images in which each run differs most from the first; return a part, notes."""
    if not count:
        return [], []
    if without := [run.name for run in runs if run.read_maps is None]:
        return [], [
            f'No pictures: no label maps are kept of {", ".join(without)}. `res2net-mm test` keeps '
            'them in the work directory; of a set of more than 2000 images with --cfg-options '
            'test_evaluator.label_maps=N.'
        ]
    first, shown = runs[0], set[int]()
    ious = [image_iou(run.regions) for run in runs]

    def draw(other: int, index: int) -> Picture | str:
        image = read_region_image(first, runs[other], index)
        if isinstance(image, str):
            return image
        shown.update(np.unique(image.labels).tolist())
        return _picture(runs, other, index, image, ious)

    ahead = [np.nan_to_num(of_run - ious[0]) for of_run in ious[1:]]
    pictures, notes = draw_pictures(
        ahead,
        count,
        draw,
        faulty='Label maps that cannot be shown: {}; {}.',
        nothing='No pictures: in no image do the runs differ.',
    )
    if not pictures:
        return [], notes
    if not any(file for run in runs for file in run.images):
        given = argument('images', 'DIR')
        notes.append(f'Label maps are shown without their images; give their folder with {given}.')
    text = [
        'Shown are the images in which the mean IoU of their own classes differs most, first those '
        f'where the later run is ahead, then those where {first.name} is; and close up, '
        'outlined, the regions small enough to enlarge of which one finds most pixels more.'
    ]
    categories, colours = first.regions.categories, first.colours.tolist()
    right = {f'only {run.name} right': run_colour(index) for index, run in enumerate(runs)}
    classes = {
        categories[label]: '#{:02x}{:02x}{:02x}'.format(*colours[label])
        for label in sorted(shown & set(range(len(categories))))
    }
    keys = {'What differs': {**right, 'neither right': INK}, 'Classes': classes}
    return [Part(TITLE, text=text, pictures=pictures, keys=keys)], notes


def image_iou(regions: RegionSet) -> np.ndarray:
    """Return the (N,) mean IoU in 0..1 of the classes that each image has; nan for no class.

    Every class of an image has the same weight, so that thin and small things count as much as sky
    and road.
    """
    sums = sum_regions(regions, ())
    of = dict(zip(SUMS, sums.values[:, 0].T, strict=True))
    there = of['regions'] > 0
    iou = of['hit'][there] / (of['area'] + of['false'])[there]
    image, images = sums.image[there], len(regions.images)
    count = np.bincount(image, minlength=images)
    total = np.bincount(image, iou, minlength=images)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def differing_regions(a: RegionSet, b: RegionSet, image: int) -> list[int]:
    """Return regions of an image of which one run finds more, the largest difference first."""
    mine = np.flatnonzero(a.truth_image == image)
    apart = np.abs(a.truth.hit[mine].astype(int) - b.truth.hit[mine])
    order = np.argsort(-apart, kind='stable')
    return mine[order[apart[order] > 0]].tolist()


def _picture(
    runs: Sequence[SegmenterRun], other: int, index: int, image: RegionImage, ious: list[np.ndarray]
) -> Picture:
    """Draw an image of the first run and another, whole and close up."""
    a, b = runs[0], runs[other]
    regions, truth = a.regions, a.regions.truth
    file_name, name = regions.images[index].rsplit('/', 1)[-1], f'regions-{other}-{index}'
    iou_a, iou_b = ious[0][index], ious[other][index]
    drawing = partial(views, image, colours=a.colours, runs=(0, other))
    said = [f'{run.name}: mean IoU {100 * iou:.1f}' for run, iou in ((a, iou_a), (b, iou_b))]
    captions = ['ground truth', *said, 'image', 'what differs']
    row = panel_row(name, file_name, captions, drawing(None), [[]] * 5)
    rows = [row[:3], row[3:]]
    first = int(np.searchsorted(regions.truth_image, index))
    for region in differing_regions(regions, b.regions, index):
        mask = (image.truth.ids == region - first).view(np.uint8)
        close = drawing(np.array(cv2.boundingRect(mask)))
        if not is_close_up(close[0], image.pixels):
            continue
        category, area = regions.categories[truth.category[region]], truth.area[region]
        captions[0] = f'{category}, {np.sqrt(area):.0f} px'
        for place, run in ((1, a), (2, b)):
            found = 100 * run.regions.truth.hit[region] / area
            captions[place] = f'{run.name}: {found:.0f} % found'
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        marks = [[Mark([outline[:, 0] + 0.5 for outline in outlines], OUTLINE)]] * 5
        shown = f'{file_name}, close up'
        rows.append(panel_row(f'{name}-close{len(rows)}', shown, captions, close, marks))
        if len(rows) == 2 + CLOSE_UPS:
            break
    leader, by = (b, iou_b - iou_a) if iou_b > iou_a else (a, iou_a - iou_b)
    return Picture(f'{file_name}: {leader.name} ahead by {100 * by:.1f} points of mean IoU', rows)
