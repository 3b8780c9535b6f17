"""Images in which two runs differ: ground truth and both predictions side by side, and close up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.errors import argument
from res2net_mm.evaluation import Matches, SizeResult
from res2net_mm.evaluation.detection.coco.ground_truth import segmentation_rle
from res2net_mm.evaluation.detection.matches import RIGHT, WRONG
from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays
from res2net_mm.evaluation.detection.size_result import matches_of, overlap_name
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


BOXES_OF_KEYPOINTS = 'A prediction is drawn as the box around its keypoints.'


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
    folder = known_folder(runs)
    if folder is None:
        given = argument('images', 'DIR')
        return [], [f'No pictures: the folder of the images is not known; give it with {given}.']
    scored = []
    for run, result in zip(runs, results, strict=True):
        matches = matches_of(result)
        scored.append(Scored(run, result.iou_type, matches, find_mistakes(matches)))
    first, *others = scored
    read = image_reader(runs[0], first.matches, folder)

    def draw(other: int, index: int) -> Picture | str:
        shown = read(index)
        if isinstance(shown, str):
            return shown
        file_name, image = shown
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
        'Mistakes are objects that are missed and detections that find nothing, at '
        f'{overlap_name(first.kind)} 0.50, of '
        'the detections that each run is surest of: from the score of its best F1 over all '
        f'images up ({thresholds}). Shown are the images in which the two differ most in the '
        'number of mistakes, first those where the later run makes fewer, then those where '
        f'{first.run.name} does; and close up, smallest first, objects that only one of them '
        'finds.',
        'Ground truth is green. Predictions: blue is right, dashed yellow an object that is '
        'missed, dashed orange a detection that finds nothing.',
        *([BOXES_OF_KEYPOINTS] if first.kind == 'keypoints' else []),
    ]
    return [Part(TITLE, text=text, pictures=pictures)], notes


def known_folder(runs: Sequence[DetectorRun]) -> Path | None:
    """Return the folder of the images, if any of the runs knows it."""
    return next((run.images for run in runs if run.images is not None), None)


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
    return [
        Mark(
            detection_outline(scored.run, scored.kind, found, detection),
            colour,
            dashed=outcome == WRONG,
        )
        for outcome, colour in ((WRONG, FALSE), (RIGHT, FOUND))
        for detection in np.flatnonzero((found.image == index) & (outcomes == outcome))
    ]


def _truth_marks(scored: Scored, index: int, *, missed: bool) -> list[Mark]:
    """Return marks of all objects of an image, or of those that the run misses."""
    truth = scored.matches.truth
    shown = (truth.image == index) & scored.matches.counts[0]
    if missed:
        shown &= scored.mistakes.found_by < 0
    return [
        Mark(truth_outline(scored.run, scored.kind, truth, t), MISSED if missed else TRUTH, missed)
        for t in np.flatnonzero(shown)
    ]


def detection_outline(
    run: DetectorRun, kind: str, found: DetectionArrays, detection: int
) -> list[np.ndarray]:
    """Return the outline of a detection, of its mask for ``segm``: corners as in ``Mark``."""
    if kind == 'segm':
        return _contours(run.detections[kind].entries[found.source[detection]]['segmentation'])
    return [_corners(found.box[detection])]


def truth_outline(run: DetectorRun, kind: str, truth: TruthArrays, thing: int) -> list[np.ndarray]:
    """Return the outline of an object, of its mask for ``segm``: corners as in ``Mark``."""
    if kind != 'segm':
        return [_corners(truth.box[thing])]
    annotation = run.truth.annotations[truth.source[thing]]
    image = next(i for i in run.truth.images if i['id'] == annotation['image_id'])
    rle = segmentation_rle(annotation['segmentation'], image)
    return [] if rle is None else _contours(rle)


def image_reader(
    run: DetectorRun, matches: Matches, folder: Path
) -> Callable[[int], tuple[str, np.ndarray] | str]:
    """Return what reads an image of the ground truth: its file name and pixels, BGR.

    Images are given by their index in the evaluation; where one cannot be read, the result is its
    path.
    """
    entries = {image['id']: image for image in run.truth.images}

    def read(index: int) -> tuple[str, np.ndarray] | str:
        file_name = str(entries[matches.image_ids[index]].get('file_name', ''))
        path = folder / file_name
        image = cv2.imread(str(path)) if path.is_file() else None
        return str(path) if image is None else (file_name, image)

    return read


def _corners(box: np.ndarray) -> np.ndarray:
    x, y, w, h = box
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


def _contours(rle: Mapping[str, Any]) -> list[np.ndarray]:
    found, _ = cv2.findContours(mask_api.decode(rle), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return [contour[:, 0].astype(float) for contour in found]
