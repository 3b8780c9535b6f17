"""Images in which two segmenters differ: ground truth, both predictions and what differs."""

from collections.abc import Sequence

import cv2
import numpy as np

from res2net_mm.report.detection.image_differences import most_different
from res2net_mm.report.detection.object_pictures import CLOSE, CLOSE_UPS, LEAST_ZOOM, SIDE
from res2net_mm.report.page.outlines import Mark, Window, draw_marks, encode_jpeg
from res2net_mm.report.page.parts import Panel, Part, Picture
from res2net_mm.report.page.style import INK
from res2net_mm.report.segmentation.region_differences import differing_regions, image_iou
from res2net_mm.report.segmentation.region_image import (
    RegionImage,
    read_region_image,
    run_colour,
    views,
)
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun

OUTLINE = (255, 255, 255)


def region_picture_part(runs: Sequence[SegmenterRun], count: int) -> tuple[Part | None, list[str]]:
    """The images in which each run differs most from the first.

    Args:
        runs: The runs.
        count: How many images to show for each run.

    Returns:
        The part, or None where there is nothing to show; and why, a sentence each.
    """
    if not count:
        return None, []
    if without := [run.name for run in runs if run.read_maps is None]:
        return None, [
            f'No pictures: no label maps are kept of {", ".join(without)}. tools/test.py keeps '
            'them in the work directory; of a set of more than 2000 images with --cfg-options '
            'test_evaluator.label_maps=N.'
        ]
    ious = [image_iou(run.regions) for run in runs]
    pictures, faults, shown = [], [], set()
    for other in range(1, len(runs)):
        ahead = np.nan_to_num(ious[other] - ious[0])
        for index in most_different(ahead, count):
            image = read_region_image(runs[0], runs[other], index)
            if isinstance(image, str):
                faults.append(image)
                continue
            shown |= set(np.unique(image.labels).tolist())
            pictures.append(
                _picture(runs, (0, other), index, image, [ious[r][index] for r in (0, other)])
            )
    notes = []
    if faults:
        notes.append(f'Label maps that cannot be shown: {len(faults)}; {faults[0]}.')
    if not pictures:
        return None, notes or ['No pictures: in no image do the runs differ.']
    if not any(file for run in runs for file in run.images):
        notes.append('Label maps without their images: where these are is said with --images DIR.')
    text = [
        'Shown are the images in which the mean IoU of their own classes differs most, first those '
        f'where the later run is ahead, then those where {runs[0].name} is; and close up, '
        'outlined, the regions small enough to enlarge of which one finds most pixels more.'
    ]
    categories, colours = runs[0].regions.categories, runs[0].colours.tolist()
    right = {f'only {run.name} right': run_colour(r) for r, run in enumerate(runs)}
    classes = {
        categories[label]: '#{:02x}{:02x}{:02x}'.format(*colours[label])
        for label in sorted(shown & set(range(len(categories))))
    }
    keys = {'What differs': {**right, 'neither right': INK}, 'Classes': classes}
    part = Part('Images where the runs differ most', text=text, pictures=pictures, keys=keys)
    return part, notes


def _picture(
    runs: Sequence[SegmenterRun],
    pair: tuple[int, int],
    index: int,
    image: RegionImage,
    ious: Sequence[float],
) -> Picture:
    a, b = (runs[r] for r in pair)
    file_name = a.regions.images[index].rsplit('/', 1)[-1]
    name = f'regions-{pair[1]}-{index}'
    titles = ['ground truth', a.name, b.name, 'image', 'what differs']
    options = dict(colours=a.colours, runs=pair)
    said = [f'{run.name}: mean IoU {100 * iou:.1f}' for run, iou in zip((a, b), ious, strict=True)]
    captions = [titles[0], *said, *titles[3:]]
    whole = _panels(name, file_name, captions, views(image, None, SIDE, **options))
    rows = [whole[:3], whole[3:]]
    first = int(np.searchsorted(a.regions.truth_image, index))
    for region in differing_regions(a.regions, b.regions, index):
        mask = (image.truth.ids == region - first).view(np.uint8)
        box = np.array(cv2.boundingRect(mask))
        close = views(image, box, CLOSE, **options)
        if close[0].scale < LEAST_ZOOM * min(1, SIDE / max(image.pixels.shape)):
            continue  # as large as in the whole image
        truth = a.regions.truth
        found = [run.regions.truth.hit[region] / truth.area[region] for run in (a, b)]
        captions = [
            f'{a.regions.categories[truth.category[region]]}, {np.sqrt(truth.area[region]):.0f} px',
            *(f'{run.name}: {100 * s:.0f} % found' for run, s in zip((a, b), found, strict=True)),
            *titles[3:],
        ]
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        marks = [Mark([outline[:, 0] + 0.5 for outline in outlines], OUTLINE)]
        rows.append(_panels(f'{name}-close{len(rows)}', file_name, captions, close, marks))
        if len(rows) == 2 + CLOSE_UPS:
            break
    leader, by = (b, ious[1] - ious[0]) if ious[1] > ious[0] else (a, ious[0] - ious[1])
    return Picture(f'{file_name}: {leader.name} ahead by {100 * by:.1f} points of mean IoU', rows)


def _panels(
    name: str,
    file_name: str,
    captions: Sequence[str],
    shown: Sequence[Window],
    marks: Sequence[Mark] = (),
) -> list[Panel]:
    return [
        Panel(
            name=f'{name}-{place}',
            caption=caption,
            alt=f'{file_name}{", close up" if marks else ""}: {caption}',
            jpeg=encode_jpeg(draw_marks(window, marks)),
        )
        for place, (caption, window) in enumerate(zip(captions, shown, strict=True))
    ]
