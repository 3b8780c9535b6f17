"""Runs of detectors: read, scored and put in sections."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.report.detection.detection_section import detection_section, detection_training
from res2net_mm.report.detection.detector_runs import read_runs, shared_kinds, shared_options
from res2net_mm.report.page.parts import Part, Report
from res2net_mm.report.report_of_runs import report_of_runs


def compare_detectors(
    paths: Sequence[str | Path],
    *,
    gt: str | Path | None,
    images: str | Path | None,
    names: Sequence[str] | None,
    bins: Mapping[str, Any],
    draws: Mapping[str, Any],
    pictures: int,
    on_error: str,
    progress: bool,
    say: Callable[[str], None],
    iou_types: Sequence[str] | None,
    area_of: str | None,
    protocol: str | None,
    max_dets: Sequence[float] | None,
) -> Report:
    """Compare detectors; arguments are those of ``compare_runs``.

    Raises:
        UserError: If the runs cannot be read or compared.
    """
    runs = read_runs(paths, gt=gt, images=images, names=names)
    kinds = shared_kinds(runs, iou_types)
    chosen = {**bins, 'area_of': area_of, 'protocol': protocol, 'max_dets': max_dets}
    options = {**shared_options(runs, chosen), 'on_error': on_error}
    sections, parts, notes = [], [], []
    for kind in kinds:
        results = []
        for run in runs:
            say(f'{run.name}: scoring {len(run.detections[kind].entries)} detections ({kind})')
            results.append(
                evaluate_by_size(
                    run.truth, run.detections[kind], iou_type=kind, progress=progress, **options
                )
            )
            notes += [f'{run.name}: {note}' for note in results[-1].notes]
        section, more = detection_section(runs, results, pictures, draws)
        sections.append(section)
        notes += more
        curves = detection_training(runs, results[0])
        if curves is not None:
            parts.append(Part(f'Training ({section.title.lower()})', figures=[curves]))
    return report_of_runs(runs, sections, parts, notes, thing='object')
