"""Images in which two runs differ: ground truth and both predictions side by side, and close up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.errors import argument
from res2net_mm.evaluation import Matches, SizeResult
from res2net_mm.evaluation.detection.coco.ground_truth import segmentation_rle
from res2net_mm.evaluation.detection.matches import RIGHT, WRONG
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.mistakes import Mistakes, find_mistakes, found_by_one
from res2net_mm.report.page.parts import Part, Picture
from res2net_mm.report.page.pictures import (
    CLOSE_UPS,
    TITLE,
    Mark,
    draw_pictures,
    is_close_up,
    panel_row,
    window_on,
)

# RGB, told apart by readers who confuse red and green, and by dashes.
TRUTH, FOUND, MISSED, FALSE = (0, 158, 115), (86, 180, 233), (240, 228, 66), (213, 94, 0)


@dataclass(frozen=True, eq=False)
class Scored:
    """A run with the matches of its detections and its mistakes."""

    run: DetectorRun
    kind: str
    matches: Matches
    mistakes: Mistakes


def object_pictures(
    runs: Sequence[DetectorRun], results: Sequence[SizeResult], count: int
) -> tuple[list[Part], list[str]]:
    """Show ``count`` images in which each run differs most from the first; return a part, notes."""
    if not count:
        return [], []
    known = [run.images for run in runs if run.images is not None]
    if not known:
        given = argument('images', 'DIR')
        return [], [f'No pictures: the folder of the images is not known; give it with {given}.']
    scored = []
    for run, result in zip(runs, results, strict=True):
        matches = matches_of(result)
        scored.append(Scored(run, result.iou_type, matches, find_mistakes(matches)))
    first, *others = scored
    entries = {image['id']: image for image in runs[0].truth.images}

    def draw(other: int, index: int) -> Picture | str:
        file_name = str(entries[first.matches.image_ids[index]].get('file_name', ''))
        path = known[0] / file_name
        image = cv2.imread(str(path)) if path.is_file() else None
        if image is None:
            return str(path)
        name = f'{first.kind}-{other}-{index}'
        return _picture(image, file_name, name, index, first, scored[other])

    ahead = [first.mistakes.total - other.mistakes.total for other in others]
    pictures, notes = draw_pictures(
        ahead,
        count,
        draw,
        faulty='Images that cannot be read: {}, the first is {}.',
        nothing='No pictures: in no image does a run make fewer mistakes.',
    )
    if not pictures:
        return [], notes
    thresholds = ', '.join(f'{s.run.name} {s.mistakes.threshold:.2f}' for s in scored)
    text = [
        'Mistakes are objects that are missed and detections that find nothing, at IoU 0.50, of '
        'the detections that each run is surest of: from the score of its best F1 over all '
        f'images up ({thresholds}). Shown are the images in which the two differ most in the '
        'number of mistakes, first those where the later run makes fewer, then those where '
        f'{first.run.name} does; and close up, smallest first, objects that only one of them '
        'finds.',
        'Ground truth is green. Predictions: blue is right, dashed yellow an object that is '
        'missed, dashed orange a detection that finds nothing.',
    ]
    return [Part(TITLE, text=text, pictures=pictures)], notes


def _picture(
    image: np.ndarray, file_name: str, name: str, index: int, a: Scored, b: Scored
) -> Picture:
    found = [_detection_marks(s, index) + _truth_marks(s, index, missed=True) for s in (a, b)]
    marks = [_truth_marks(a, index, missed=False), *found]
    whole = [window_on(image, None)] * 3
    captions = ['ground truth', *(_count(scored, index) for scored in (a, b))]
    rows = [panel_row(name, file_name, captions, whole, marks)]
    truth = a.matches.truth
    ones = found_by_one(a.matches, a.mistakes, b.mistakes, index)
    for number, thing in enumerate(ones[:CLOSE_UPS]):
        box = truth.box[thing]
        if np.isnan(box).any():
            continue
        window = window_on(image, box)
        if not is_close_up(window, image):
            continue
        category, side = a.matches.categories[truth.category[thing]], np.sqrt(truth.area[thing])
        captions = [f'{category}, {side:.0f} px', _fate(a, thing), _fate(b, thing)]
        shown = f'{file_name}, close up'
        rows.append(panel_row(f'{name}-close{number}', shown, captions, [window] * 3, marks))
    fewer = int(a.mistakes.total[index] - b.mistakes.total[index])
    leader = b if fewer > 0 else a
    noun = 'mistake' if abs(fewer) == 1 else 'mistakes'
    return Picture(f'{file_name}: {abs(fewer)} {noun} fewer by {leader.run.name}', rows)


def _count(scored: Scored, index: int) -> str:
    missed, false = scored.mistakes.missed[index], scored.mistakes.false[index]
    return f'{scored.run.name}: {missed} missed, {false} false'


def _fate(scored: Scored, thing: int) -> str:
    by = scored.mistakes.found_by[thing]
    if by < 0:
        return f'missed by {scored.run.name}'
    return f'found by {scored.run.name} ({scored.matches.found.score[by]:.2f})'


def _detection_marks(scored: Scored, index: int) -> list[Mark]:
    """Return marks of the detections: false ones first, so that right ones cover them."""
    found, outcomes = scored.matches.found, scored.mistakes.outcome
    marks = []
    for outcome, colour in ((WRONG, FALSE), (RIGHT, FOUND)):
        for detection in np.flatnonzero((found.image == index) & (outcomes == outcome)):
            corners = [_corners(found.box[detection])]
            if scored.kind == 'segm':
                entries = scored.run.detections[scored.kind].entries
                corners = _contours(entries[found.source[detection]]['segmentation'])
            marks.append(Mark(corners, colour, dashed=outcome == WRONG))
    return marks


def _truth_marks(scored: Scored, index: int, *, missed: bool) -> list[Mark]:
    """Return marks of all objects of an image, or of those that the run misses."""
    truth = scored.matches.truth
    shown = (truth.image == index) & scored.matches.counts[0]
    if missed:
        shown &= scored.mistakes.found_by < 0
    marks = []
    for thing in np.flatnonzero(shown):
        corners = [_corners(truth.box[thing])]
        if scored.kind == 'segm':
            annotation = scored.run.truth.annotations[truth.source[thing]]
            images = scored.run.truth.images
            image = next(i for i in images if i['id'] == annotation['image_id'])
            rle = segmentation_rle(annotation['segmentation'], image)
            corners = [] if rle is None else _contours(rle)
        marks.append(Mark(corners, MISSED if missed else TRUTH, missed))
    return marks


def _corners(box: np.ndarray) -> np.ndarray:
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


def _contours(rle: Mapping[str, Any]) -> list[np.ndarray]:
    found, _ = cv2.findContours(mask_api.decode(rle), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [contour[:, 0].astype(float) for contour in found]
