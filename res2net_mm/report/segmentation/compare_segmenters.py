"""Runs of segmenters: read, scored and put in a section."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.evaluation.regions import score_regions
from res2net_mm.report.detection.detector_runs import shared_options
from res2net_mm.report.page.parts import Part, Report
from res2net_mm.report.report_of_runs import report_of_runs
from res2net_mm.report.segmentation.segmentation_section import (
    segmentation_section,
    segmentation_training,
)
from res2net_mm.report.segmentation.segmenter_runs import read_segmenter_runs


def compare_segmenters(
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
    classes: Sequence[str] | None,
    ignore_index: int | None,
) -> Report:
    """Compare segmenters; arguments are those of ``compare_runs``.

    Raises:
        UserError: If the runs cannot be read or compared.
    """
    runs = read_segmenter_runs(
        paths,
        gt=gt,
        images=images,
        names=names,
        classes=classes,
        ignore_index=ignore_index,
        on_error=on_error,
        progress=progress,
        say=say,
    )
    options = shared_options(runs, bins)
    results = []
    for run in runs:
        say(f'{run.name}: scoring {len(run.regions.found.area)} predicted regions')
        results.append(score_regions(run.regions, **options))
    section, notes = segmentation_section(runs, results, pictures, draws)
    curves = segmentation_training(runs, results[0])
    parts = [] if curves is None else [Part('Training', figures=[curves])]
    return report_of_runs(runs, [section], parts, notes, thing='region')
