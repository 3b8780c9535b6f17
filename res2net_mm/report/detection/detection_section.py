"""The section of a report on boxes or masks: scores, curves against object size, training."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from res2net_mm.evaluation import SizeResult, evaluate_by_size
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.confidence.thresholds import thresholds_by_size
from res2net_mm.evaluation.detection.keypoint_metric import value_name
from res2net_mm.evaluation.detection.size_result import describe, matches_of, overlap_name
from res2net_mm.evaluation.size_bins import SizeBin
from res2net_mm.report.by_size.size_curve import SizeCurve, slide_bin
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.verdict import DETECTION, VOC, Terms
from res2net_mm.report.detection.detector_plots import draw_calibration, draw_precision_recall
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.error_section import error_part
from res2net_mm.report.detection.label_fault_part import label_fault_part
from res2net_mm.report.detection.object_pictures import object_pictures
from res2net_mm.report.page.parts import Cell, Part, Section, Table
from res2net_mm.report.runs import Models
from res2net_mm.report.training import training_parts

TITLES = {'bbox': 'Boxes', 'segm': 'Masks', 'keypoints': 'Keypoints'}


def detection_section(
    runs: Sequence[DetectorRun],
    models: Models,
    kind: str,
    options: Mapping[str, Any],
    pictures: int,
    draws: Mapping[str, Any],
    say: Callable[[str], None],
) -> tuple[Section, list[Part], list[str]]:
    """Compare models by an IoU type; return the section, parts on training, and notes.

    ``options`` are those of ``evaluate_by_size``, ``draws`` those of ``compare_results``. Kinds of
    errors and label faults are of boxes and masks.
    """
    results, noted = [], []
    of_pose = kind == 'keypoints'
    for run in runs:
        found = run.detections[kind]
        say(f'{run.name}: scoring {len(found.entries)} detections ({kind})')
        results.append(
            evaluate_by_size(run.truth, found, iou_type=kind, errors=not of_pose, **options)
        )
        noted += [f'{run.name}: {note}' for note in results[-1].notes]
    first, in_coco = results[0], results[0].protocol == 'coco'
    names, of_models, shown_runs = models.names, models.first(results), models.named(runs)
    shown, notes = object_pictures(shown_runs, of_models, pictures)
    errors = [result.errors for result in results if result.errors is not None]
    why, lead, faults = [], '', []
    if errors:
        wrong, lead = error_part(
            shown_runs,
            models.first(errors),
            models.compare(errors, **draws),
            pictures=bool(pictures),
        )
        why = [wrong]
        faults = label_fault_part(shown_runs, models.first(errors)) if pictures else []
    section = size_section(
        kind,
        TITLES[kind],
        describe(first),
        names=names,
        comparisons=models.compare(results, **draws),
        curve=object_curve(results, DETECTION if in_coco else VOC, models=models.runs, **draws),
        shown=shown,
        why=why,
        lead=lead,
        more=[
            Part('Precision and recall', figures=[draw_precision_recall(of_models, names)]),
            Part(
                'Calibration of scores',
                figures=[draw_calibration(of_models, names)],
                tables=[threshold_table(of_models, names)],
            ),
            *faults,
        ],
    )
    training = training_parts(
        f'Training ({section.title.lower()})',
        kind,
        {run.name: run.log for run in runs},
        first.size_bins,
        key='AP' if of_pose else f'{kind}_mAP' if in_coco else 'mAP',
        score='AP',
        scale=100,
        **(dict(bin_key=value_name) if of_pose else {}),
    )
    return section, training, noted + notes


def threshold_table(results: Sequence[SizeResult], names: Sequence[str]) -> Table:
    """Return the score of the best F1 of each size, with the F1 there: a row for each run."""
    rows = []
    for name, result in zip(names, results, strict=True):
        cells = [
            Cell(f'{best.score:.2f}', detail=f'F1 {100 * best.f1:.1f}')
            if best.f1
            else Cell('nothing right')
            for best in thresholds_by_size(matches_of(result))
        ]
        rows.append([Cell(name), *cells])
    overlap = overlap_name(results[0].iou_type)
    caption = f'Score threshold of the best F1 (at {overlap} 0.50), for all sizes and for each'
    return Table(caption, ['', *(column.size_bin.name for column in results[0].columns)], rows)


def object_curve(
    results: Sequence[SizeResult], terms: Terms = DETECTION, **draws: Any
) -> SizeCurve:
    """Score detectors in a sliding bin of object size; ``draws`` are those of ``slide_bin``."""
    runs = [matches_of(result) for result in results]
    truth, counts = runs[0].truth, runs[0].counts[0]
    areas, relative = truth.area[counts], runs[0].columns[-1].relative
    if relative:
        areas = areas / runs[0].image_areas[truth.image[counts]]

    def score(bins: tuple[SizeBin, ...]) -> list[AveragePrecision]:
        return [AveragePrecision(matches.in_bins(bins)) for matches in runs]

    return slide_bin(areas, score, relative=relative, terms=terms, **draws)
