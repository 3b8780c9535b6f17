"""The worst image of each kind of error: whole, and close up on its worst errors.

A kind is shown at the size where it costs most, in the image where its errors of this size weigh
most: each missed object weighs one, each false detection its score. Of false detections those count
that a user sees, from the score of the best F1 up; where a kind has none of them, all.
"""

from collections.abc import Callable, Sequence

import numpy as np

from res2net_mm.evaluation.detection.errors import KINDS, ErrorResult
from res2net_mm.evaluation.detection.errors.error_kinds import CLASS, DUPLICATE, LOCALISATION
from res2net_mm.evaluation.detection.errors.error_kinds import MISSED as MISSED_KIND
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.object_pictures import (
    FALSE,
    MISSED,
    TRUTH,
    detection_outline,
    truth_outline,
)
from res2net_mm.report.page.parts import Panel, Picture
from res2net_mm.report.page.pictures import Mark, is_close_up, panel_row, window_on

CLOSE = 2  # close-ups of an image
MOST = 12  # errors drawn in an image
OF_OBJECTS = (CLASS, LOCALISATION, DUPLICATE)  # kinds that are about an object
Read = Callable[[int], tuple[str, np.ndarray] | str]


def error_pictures(
    runs: Sequence[DetectorRun], results: Sequence[ErrorResult], read: Read
) -> list[Picture]:
    """Return a picture for each run and kind that costs anything.

    ``read`` returns the file name and the pixels of the image with an index, or text where it
    cannot be read.
    """
    pictures = []
    for place, (run, result) in enumerate(zip(runs, results, strict=True)):
        for kind, name in enumerate(KINDS):
            column = costliest_bin(result, name)
            if column is None:
                continue
            index, errors = worst_image(result, kind, column)
            shown = read(index)
            if isinstance(shown, str):
                continue
            scores = (result.overall, *result.bins)[column]
            file = f'error-{result.iou_type}-{place}-{kind}'
            title = (
                f'{run.name}: {len(errors)} {name} at {scores.size_bin.name} in {shown[0]}; the '
                f'kind costs {100 * (scores.scores[name] or 0):.1f} AP50 there'
            )
            pictures.append(Picture(title, _rows(run, result, kind, errors, index, shown, file)))
    return pictures


def costliest_bin(result: ErrorResult, kind: str) -> int | None:
    """Return the column of the size bin where a kind costs most; None if it costs nothing."""
    costs = [column.scores[kind] or 0 for column in result.bins or (result.overall,)]
    worst = int(np.argmax(costs))
    return worst + bool(result.bins) if costs[worst] > 0 else None


def worst_image(result: ErrorResult, kind: int, column: int) -> tuple[int, np.ndarray]:
    """Return the index of the image in which a kind weighs most, and its errors, worst first.

    The errors are indices of detections, or of objects where the kind is missed.
    """
    matches, found = result.costs.matches, result.found
    weights: np.ndarray
    if kind == MISSED_KIND:
        errors = np.flatnonzero(found.missed[column])
        images, weights = matches.truth.image[errors], np.ones(len(errors))
    else:
        errors = np.flatnonzero(found.kind[column] == kind)
        sure = errors[matches.found.score[errors] >= result.confusion.score]
        errors = sure if len(sure) else errors
        images, weights = matches.found.image[errors], matches.found.score[errors]
    image = int(np.bincount(images, weights).argmax())
    here = images == image
    return image, errors[here][np.argsort(-weights[here], kind='stable')]


def _rows(
    run: DetectorRun,
    result: ErrorResult,
    kind: int,
    errors: np.ndarray,
    index: int,
    shown: tuple[str, np.ndarray],
    name: str,
) -> list[list[Panel]]:
    """Return the row of the whole image and of close-ups: ground truth, then with the errors."""
    file_name, image = shown
    matches, iou_type = result.costs.matches, result.iou_type
    truth, found = matches.truth, matches.found
    objects = np.flatnonzero((truth.image == index) & matches.counts[0])
    marks = [Mark(truth_outline(run, iou_type, truth, thing), TRUTH) for thing in objects]
    missed = kind == MISSED_KIND
    boxes, wrong = (truth if missed else found).box, []
    views = [(window_on(image, None), f'{KINDS[kind]}: {len(errors)}')]
    for error in errors[:MOST]:
        if missed:
            outline = truth_outline(run, iou_type, truth, error)
            caption = f'{matches.categories[truth.category[error]]} missed'
        else:
            outline = detection_outline(run, iou_type, found, error)
            named = f'{matches.categories[found.category[error]]} {found.score[error]:.2f}'
            about = result.found.about[error]
            of = f' on {matches.categories[truth.category[about]]}' if kind in OF_OBJECTS else ''
            caption = f'{KINDS[kind]}: {named}{of}'
        wrong.append(Mark(outline, MISSED if missed else FALSE, dashed=True))
        if len(views) <= CLOSE and not np.isnan(boxes[error]).any():
            view = window_on(image, boxes[error])
            views += [(view, caption)] if is_close_up(view, image) else []
    both = [marks, [*marks, *wrong]]
    return [
        panel_row(f'{name}-{place}', file_name, ['ground truth', caption], [view] * 2, both)
        for place, (view, caption) in enumerate(views)
    ]
