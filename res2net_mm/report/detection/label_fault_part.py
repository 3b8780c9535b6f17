"""The part of a report on labels that are probably at fault, with close-ups."""

from collections.abc import Sequence

import numpy as np

from res2net_mm.evaluation.detection.errors import ErrorResult
from res2net_mm.evaluation.detection.errors.label_faults import (
    FAULTS,
    LabelFault,
    find_label_faults,
)
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.object_pictures import (
    FALSE,
    TRUTH,
    detection_outline,
    image_reader,
    known_folder,
    truth_outline,
)
from res2net_mm.report.page.parts import Part, Picture
from res2net_mm.report.page.pictures import Mark, panel_row, window_on

TITLE = 'Labels to look at'
SHOWN = 2  # of a kind and size


def label_fault_part(runs: Sequence[DetectorRun], results: Sequence[ErrorResult]) -> list[Part]:
    """Show the worst probable faults of the labels, by the run of the best AP50.

    Returns:
        The part; none where no image or no fault can be shown.
    """
    folder = known_folder(runs)
    if folder is None:
        return []
    best = max(range(len(runs)), key=lambda place: results[place].overall.ap50 or 0)
    run, result = runs[best], results[best]
    matches = result.costs.matches
    read, faults = image_reader(run, matches, folder), find_label_faults(matches, result.found)
    pictures = []
    for kind in FAULTS:
        for column in result.bins:
            size = column.size_bin.name
            some = [fault for fault in faults if (fault.kind, fault.size) == (kind, size)][:SHOWN]
            for place, fault in enumerate(some):
                shown, box = read(fault.image), matches.found.box[fault.detection]
                if isinstance(shown, str) or np.isnan(box).any():
                    continue
                window = window_on(shown[1], box)
                name = f'label-{result.iou_type}-{kind}-{size}-{place}'
                texts = ['ground truth', _detected(result, fault)]
                marks = _marks(run, result, fault)
                rows = [panel_row(name, shown[0], texts, [window] * 2, marks)]
                pictures.append(Picture(f'{kind}, {size}: {shown[0]}', rows))
    text = (
        f'What {run.name} is surest of against the labels: missing, a detection where no object '
        'is; loose, an object whose surest detection fits its box badly; class, an object that is '
        'found as another class only. The detector may be wrong. Ground truth is green, the '
        'detection dashed orange. The whole list: `res2net-mm eval-by-size --label-faults DIR`.'
    )
    return [Part(TITLE, text=[text], pictures=pictures)] if pictures else []


def _detected(result: ErrorResult, fault: LabelFault) -> str:
    matches = result.costs.matches
    name = matches.categories[matches.found.category[fault.detection]]
    fits = f', IoU {fault.iou:.2f}' if fault.thing >= 0 else ''
    return f'{name} {matches.found.score[fault.detection]:.2f}{fits}'


def _marks(run: DetectorRun, result: ErrorResult, fault: LabelFault) -> list[list[Mark]]:
    """Return the marks of the ground truth, and those with the detection."""
    matches, kind = result.costs.matches, result.iou_type
    objects = np.flatnonzero((matches.truth.image == fault.image) & matches.counts[0])
    marks = [Mark(truth_outline(run, kind, matches.truth, thing), TRUTH) for thing in objects]
    outline = detection_outline(run, kind, matches.found, fault.detection)
    return [marks, [*marks, Mark(outline, FALSE, dashed=True)]]
