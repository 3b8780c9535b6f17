"""Images in which two runs differ: ground truth and both predictions side by side, and close up."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.evaluation import GroundTruth, Matches, SizeResult
from res2net_mm.evaluation.bootstrap import matches_of
from res2net_mm.evaluation.coco_ground_truth import segmentation_rle
from res2net_mm.evaluation.matches import RIGHT, WRONG
from res2net_mm.report.image_differences import (
    Mistakes,
    find_mistakes,
    found_by_one,
    most_different,
)
from res2net_mm.report.parts import Panel, Part, Picture
from res2net_mm.report.runs import Run

SIDE = 480  # px, longer side of a whole image
CLOSE = 320  # px, side of a close-up
CLOSE_UPS = 3  # for each image
AROUND = 3  # a close-up shows this many times the object's longer side
LEAST_AROUND = 40  # px of the image, and at least so many
LEAST_ZOOM = 1.5  # over the whole image
QUALITY = 80  # of JPEG
# RGB, told apart by readers who confuse red and green, and by dashes.
TRUTH, FOUND, MISSED, FALSE = (0, 158, 115), (86, 180, 233), (240, 228, 66), (213, 94, 0)


@dataclass(frozen=True)
class Mark:
    """An outline to draw: (P, 2) corners in px of the image, closed."""

    corners: Sequence[np.ndarray]
    colour: tuple[int, int, int]
    dashed: bool = False


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
        for index in most_different(mistakes[0], mistakes[other], count):
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
            alt=f'{file_name} with boxes of {title}{count}',
            jpeg=_encode(_draw(_window(image, None, SIDE), marks)),
        )
        for place, ((title, marks), count) in enumerate(zip(layers, counts, strict=True))
    ]
    rows = [whole]
    ones = found_by_one(matches[0], *mistakes, index)
    for number, thing in enumerate(ones[:CLOSE_UPS]):
        box = matches[0].truth.box[thing]
        if np.isnan(box).any():
            continue
        window = _window(image, box, CLOSE)
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
                    jpeg=_encode(_draw(window, marks)),
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


@dataclass(frozen=True)
class Window:
    """A part of an image, scaled: what is at x there is at ``scale * (x - left)`` here."""

    pixels: np.ndarray
    left: float
    top: float
    scale: float


def _window(image: np.ndarray, box: np.ndarray | None, side: int) -> Window:
    """The whole image (never enlarged), or what is around a box."""
    height, width = image.shape[:2]
    if box is None:
        scale = min(1, side / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return Window(cv2.resize(image, size, interpolation=cv2.INTER_AREA), 0, 0, scale)
    x, y, w, h = box
    shown = min(max(AROUND * max(w, h), LEAST_AROUND), height, width)
    left = int(np.clip(x + w / 2 - shown / 2, 0, width - shown))
    top = int(np.clip(y + h / 2 - shown / 2, 0, height - shown))
    cut = image[top : top + int(shown), left : left + int(shown)]
    scale = side / int(shown)
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return Window(cv2.resize(cut, (side, side), interpolation=how), left, top, scale)


def _draw(window: Window, marks: Sequence[Mark]) -> np.ndarray:
    drawn = window.pixels.copy()
    for mark in marks:
        for corners in mark.corners:
            points = (corners - (window.left, window.top)) * window.scale
            # A dark line below shows on bright images what the colour shows on dark ones.
            for colour, thickness in (((0, 0, 0), 4), (mark.colour[::-1], 2)):  # RGB -> BGR
                for start, end in _strokes(points, mark.dashed):
                    cv2.line(drawn, start, end, colour, thickness, cv2.LINE_AA)
    return drawn


def _strokes(points: np.ndarray, dashed: bool, dash: float = 7):
    """Start and end of the lines that make a closed outline."""
    ends = np.roll(points, -1, axis=0)
    lengths = np.hypot(*(ends - points).T)
    walked = 0.0
    for start, end, length in zip(points, ends, lengths, strict=True):
        # Whole sides, or cuts where the way round reaches a multiple of the dash.
        cuts = (
            np.r_[0, np.arange(dash - walked % dash, length, dash), length]
            if dashed
            else (0, length)
        )
        for here, there in pairwise(cuts):
            if not dashed or int((walked + (here + there) / 2) / dash) % 2 == 0:
                a, b = (start + (end - start) * at / max(length, 1e-9) for at in (here, there))
                yield (
                    tuple(np.round(a).astype(int).tolist()),
                    tuple(np.round(b).astype(int).tolist()),
                )
        walked += length


def _encode(image: np.ndarray) -> bytes:
    done, encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OSError('OpenCV could not encode a JPEG')
    return encoded.tobytes()
