"""What the reports on runs of either kind have around their sections."""

from collections.abc import Sequence

from res2net_mm.report.detection.detector_runs import Run
from res2net_mm.report.page.parts import Part, Report, Section
from res2net_mm.report.segmentation.segmenter_runs import SegmenterRun


def report_of_runs(
    runs: Sequence[Run | SegmenterRun],
    sections: Sequence[Section],
    parts: Sequence[Part],
    notes: Sequence[str],
    *,
    thing: str,
) -> Report:
    """A report with its title, and a note of the runs that left no training log."""
    names = [run.name for run in runs]
    unlogged = [run.name for run in runs if run.log is None]
    notes = [*notes, *([f'No training log: {", ".join(unlogged)}.'] if unlogged else [])]
    return Report(
        title=f'{" and ".join(names[1:])} against {names[0]}, by {thing} size',
        runs=names,
        sections=sections,
        parts=parts,
        notes=list(dict.fromkeys(notes)),
    )
