"""The section of a report on boxes or masks, and the training of detectors."""

from collections.abc import Mapping, Sequence
from typing import Any

from res2net_mm.evaluation import SizeResult, compare_results
from res2net_mm.evaluation.detection.size_table import describe
from res2net_mm.evaluation.size_bins import short_name
from res2net_mm.report.by_size.size_section import size_section
from res2net_mm.report.by_size.terms import DETECTION, VOC
from res2net_mm.report.detection.calibration import draw_calibration
from res2net_mm.report.detection.detector_runs import Run
from res2net_mm.report.detection.object_curve import object_curve
from res2net_mm.report.detection.object_pictures import picture_part
from res2net_mm.report.detection.precision_recall import draw_precision_recall
from res2net_mm.report.page.parts import Figure, Part, Section
from res2net_mm.report.training_curves import draw_training

TITLES = {'bbox': 'Boxes', 'segm': 'Masks'}


def detection_section(
    runs: Sequence[Run], results: Sequence[SizeResult], pictures: int, draws: Mapping[str, Any]
) -> tuple[Section, list[str]]:
    """The section on one kind of detections, and what to note.

    Args:
        runs: The runs.
        results: Their scores, of one kind and one ground truth.
        pictures: How many images to show for each run but the first.
        draws: Of the bootstrap, as of ``compare_results``.
    """
    names = [run.name for run in runs]
    kind = results[0].iou_type
    shown, notes = picture_part(runs, results, pictures)
    section = size_section(
        kind,
        TITLES[kind],
        describe(results[0]),
        names=names,
        comparisons=[compare_results(results[0], result, **draws) for result in results[1:]],
        curve=object_curve(results, **draws),
        terms=DETECTION if results[0].protocol == 'coco' else VOC,
        draws=draws,
        shown=shown,
        more=[
            Part(
                'Precision and recall',
                figures=[draw_precision_recall(results, names, f'precision_recall_{kind}')],
            ),
            Part(
                'Calibration of scores',
                figures=[draw_calibration(results, names, f'calibration_{kind}')],
            ),
        ],
    )
    return section, notes


def detection_training(runs: Sequence[Run], result: SizeResult) -> Figure | None:
    """Loss and AP over training; None where nothing was logged."""
    kind = f'{result.iou_type}_' if result.protocol == 'coco' else ''
    wanted = {f'{kind}mAP': 'AP, %, all sizes'} | {
        f'{kind}mAP_{short_name(s.size_bin)}': f'AP, %, {s.size_bin.name}' for s in result.bins
    }
    logs, names = [run.log for run in runs], [run.name for run in runs]
    return draw_training(logs, wanted, names, f'training_{result.iou_type}', scale=100)
