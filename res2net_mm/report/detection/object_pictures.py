"""Images in which two runs differ: ground truth and both predictions side by side, and close up."""

from collections.abc import Sequence

import cv2
import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.evaluation import GroundTruth, Matches, SizeResult
from res2net_mm.evaluation.detection.coco.ground_truth import segmentation_rle
from res2net_mm.evaluation.detection.matches import RIGHT, WRONG
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.detection.detector_runs import Run
from res2net_mm.report.detection.image_differences import (
    Mistakes,
    find_mistakes,
    found_by_one,
    most_different,
)
from res2net_mm.report.page.outlines import Mark, draw_marks, encode_jpeg, window_on
from res2net_mm.report.page.parts import Panel, Part, Picture

SIDE = 480  # px, longer side of a whole image
CLOSE = 320  # px, side of a close-up
CLOSE_UPS = 3  # for each image
LEAST_ZOOM = 1.5  # over the whole image
# RGB, told apart by readers who confuse red and green, and by dashes.
TRUTH, FOUND, MISSED, FALSE = (0, 158, 115), (86, 180, 233), (240, 228, 66), (213, 94, 0)


def picture_part(
    runs: Sequence[Run], results: Sequence[SizeResult], count: int
) -> tuple[Part | None, list[str]]:
    """The images in which each run differs most from the first.

    Args:
        runs: The runs.
        results: Theirs, of one kind of detections.
        count: How many images to show for each run.

    Returns:
        The part, or None where there is nothing to show; and why, a sentence each.
    """
    folder = next((run.images for run in runs if run.images is not None), None)
    if not count:
        return None, []
    if folder is None:
        return None, ['No pictures: where the images are is not known; say it with --images DIR.']
    matches = [matches_of(result) for result in results]
    mistakes = [find_mistakes(of_run) for of_run in matches]
    entries = {image['id']: image for image in runs[0].truth.images}
    pictures, unread = [], []
    for other in range(1, len(runs)):
        pair = (0, other)
        for index in most_different(mistakes[0].total - mistakes[other].total, count):
            entry = entries[matches[0].image_ids[index]]
            path = folder / str(entry.get('file_name', ''))
            image = cv2.imread(str(path)) if path.is_file() else None
            if image is None:
                unread.append(str(path))
                continue
            pictures.append(
                _picture(
                    image,
                    str(entry['file_name']),
                    f'{results[0].iou_type}-{other}-{index}',
                    index,
                    [runs[r] for r in pair],
                    [matches[r] for r in pair],
                    [mistakes[r] for r in pair],
                    results[0].iou_type,
                )
            )
    notes = []
    if unread:
        notes.append(f'Images that cannot be read: {len(unread)}, the first is {unread[0]}.')
    if not pictures:
        return None, notes or ['No pictures: in no image does a run make fewer mistakes.']
    thresholds = ', '.join(
        f'{run.name} {found.threshold:.2f}' for run, found in zip(runs, mistakes, strict=True)
    )
    text = [
        'Mistakes are objects that are missed and detections that find nothing, at IoU 0.50, of '
        'the detections that each run is surest of: from the score of its best F1 over all '
        f'images up ({thresholds}). Shown are the images in which the two differ most in the '
        'number of mistakes, first those where the later run makes fewer, then those where '
        f'{runs[0].name} does; and close up, smallest first, objects that only one of them finds.',
        'Ground truth is green. Predictions: blue is right, dashed yellow an object that is '
        'missed, dashed orange a detection that finds nothing.',
    ]
    return Part('Images where the runs differ most', text=text, pictures=pictures), notes


def _picture(
    image: np.ndarray,
    file_name: str,
    name: str,
    index: int,
    runs: Sequence[Run],
    matches: Sequence[Matches],
    mistakes: Sequence[Mistakes],
    iou_type: str,
) -> Picture:
    truth = runs[0].truth
    layers = [('ground truth', _truth_marks(truth, matches[0], index, iou_type))]
    for run, of_run, found in zip(runs, matches, mistakes, strict=True):
        layers.append((run.name, _marks(run, of_run, found, index, iou_type)))
    counts = ['', *(f': {m.missed[index]} missed, {m.false[index]} false' for m in mistakes)]
    whole = [
        Panel(
            name=f'{name}-{place}',
            caption=title + count,
            alt=f'{file_name} with {title}{count}',
            jpeg=encode_jpeg(draw_marks(window_on(image, None, SIDE), marks)),
        )
        for place, ((title, marks), count) in enumerate(zip(layers, counts, strict=True))
    ]
    rows = [whole]
    ones = found_by_one(matches[0], *mistakes, index)
    for number, thing in enumerate(ones[:CLOSE_UPS]):
        box = matches[0].truth.box[thing]
        if np.isnan(box).any():
            continue
        window = window_on(image, box, CLOSE)
        if window.scale < LEAST_ZOOM * min(1, SIDE / max(image.shape)):
            continue  # as large as in the whole image
        category = matches[0].categories[matches[0].truth.category[thing]]
        side = np.sqrt(matches[0].truth.area[thing])
        said = [
            f'{category}, {side:.0f} px',
            *(_fate(*pair, thing) for pair in zip(runs, matches, mistakes, strict=True)),
        ]
        rows.append(
            [
                Panel(
                    name=f'{name}-close{number}-{place}',
                    caption=caption,
                    alt=f'{file_name}, close up, {title}: {caption}',
                    jpeg=encode_jpeg(draw_marks(window, marks)),
                )
                for place, ((title, marks), caption) in enumerate(zip(layers, said, strict=True))
            ]
        )
    fewer = int(mistakes[0].total[index] - mistakes[1].total[index])
    ahead, by = (runs[1].name, fewer) if fewer > 0 else (runs[0].name, -fewer)
    noun = 'mistake' if by == 1 else 'mistakes'
    return Picture(f'{file_name}: {by} {noun} fewer by {ahead}', rows)


def _fate(run: Run, matches: Matches, mistakes: Mistakes, thing: int) -> str:
    by = mistakes.found_by[thing]
    if by < 0:
        return f'missed by {run.name}'
    return f'found by {run.name} ({matches.found.score[by]:.2f})'


def _truth_marks(truth: GroundTruth, matches: Matches, index: int, iou_type: str) -> list[Mark]:
    mine = np.flatnonzero((matches.truth.image == index) & matches.counts[0])
    return [Mark(_truth_corners(truth, matches, thing, iou_type), TRUTH) for thing in mine]


def _marks(run: Run, matches: Matches, found: Mistakes, index: int, iou_type: str) -> list[Mark]:
    """False ones first, so that what is right is drawn over them."""
    here = matches.found.image == index
    marks = []
    for outcome, colour in ((WRONG, FALSE), (RIGHT, FOUND)):
        for detection in np.flatnonzero(here & (found.outcome == outcome)):
            if iou_type == 'segm':
                entry = run.detections[iou_type].entries[matches.found.source[detection]]
                corners = _contours(entry['segmentation'])
            else:
                corners = [_corners(matches.found.box[detection])]
            marks.append(Mark(corners, colour, dashed=outcome == WRONG))
    missed = (matches.truth.image == index) & matches.counts[0] & (found.found_by < 0)
    for thing in np.flatnonzero(missed):
        corners = _truth_corners(run.truth, matches, thing, iou_type)
        marks.append(Mark(corners, MISSED, dashed=True))
    return marks


def _truth_corners(
    truth: GroundTruth, matches: Matches, thing: int, iou_type: str
) -> list[np.ndarray]:
    annotation = truth.annotations[matches.truth.source[thing]]
    if iou_type == 'segm':
        image = next(i for i in truth.images if i['id'] == annotation['image_id'])
        return _contours(segmentation_rle(annotation['segmentation'], image))
    return [_corners(matches.truth.box[thing])]


def _corners(box: np.ndarray) -> np.ndarray:
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


def _contours(rle: dict) -> list[np.ndarray]:
    found, _ = cv2.findContours(mask_api.decode(rle), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [contour[:, 0].astype(float) for contour in found]
