"""From runs to a report: score, compare, draw, write."""

from collections.abc import Callable, Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.report.detection_section import detection_section
from res2net_mm.report.parts import Part, Report
from res2net_mm.report.runs import read_runs, shared_kinds, shared_options
from res2net_mm.report.training_curves import draw_training
from res2net_mm.report.writing import check_target, write_report

LEVEL = 0.95


def compare_runs(
    paths: Sequence[str | Path],
    output: str | Path,
    *,
    gt: str | Path | None = None,
    images: str | Path | None = None,
    names: Sequence[str] | None = None,
    iou_types: Sequence[str] | None = None,
    bins: Sequence | None = None,
    bins_by: str = 'area',
    area_of: str | None = None,
    protocol: str | None = None,
    max_dets: Sequence[float] | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    pictures: int = 6,
    on_error: str = 'stop',
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> Report:
    """Compare runs by object size, each with the first, and write a report.

    Args:
        paths: Work directories of ``tools/train.py`` and ``tools/test.py``, or COCO results files.
        output: The page to write, ``*.html``; what else is written is named after it.
        gt: COCO annotation file of the results files.
        images: Folder of the images; None for what the work directories say.
        names: What to call the runs.
        iou_types: ``bbox``, ``segm`` or both; None for what all runs have.
        bins: Size bins; None for those that the work directories were scored in, else COCO's.
        bins_by: What the limits of ``bins`` measure.
        area_of: ``annotation``, ``mask`` or ``box``; None as for ``bins``.
        protocol: ``coco``, ``voc07`` or ``voc12``; None as for ``bins``.
        max_dets: Detections per image and class that count; None as for ``bins``.
        bootstrap: How often to draw the images anew for the intervals.
        seed: Of these draws.
        pictures: How many images to show for each run but the first; 0 for none.
        on_error: ``stop`` or ``skip`` what cannot be scored.
        progress: Whether to show progress.
        say: Gets what is being done, and what was written.

    Returns:
        The report.

    Raises:
        UserError: If the runs cannot be read or compared, or an argument cannot be used.
    """
    if bootstrap < 2:
        raise UserError(f'bootstrap must be 2 draws or more, got {bootstrap}; 1000 is usual')
    if pictures < 0:
        raise UserError(f'pictures must be 0 or more, got {pictures}')
    check_target(output)
    runs = read_runs(paths, gt=gt, images=images, names=names)
    kinds = shared_kinds(runs, iou_types)
    chosen = dict(bins=bins, area_of=area_of, protocol=protocol, max_dets=max_dets)
    options = {**shared_options(runs, chosen), 'on_error': on_error}
    if bins is not None:
        options['bins_by'] = bins_by
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
        draws = dict(resamples=bootstrap, seed=seed, level=LEVEL, progress=progress)
        section, more = detection_section(runs, results, pictures, draws)
        sections.append(section)
        notes += more
        curves = draw_training(
            [run.log for run in runs], results, [run.name for run in runs], f'training_{kind}'
        )
        if curves is not None:
            parts.append(Part(f'Training ({section.title.lower()})', figures=[curves]))
    unlogged = [run.name for run in runs if run.log is None]
    if unlogged:
        notes.append(f'No training log: {", ".join(unlogged)}.')
    names = [run.name for run in runs]
    report = Report(
        title=f'{" and ".join(names[1:])} against {names[0]}, by object size',
        runs=names,
        sections=sections,
        parts=parts,
        notes=list(dict.fromkeys(notes)),
    )
    for section in sections:
        for verdict in section.verdicts:
            say(f'{section.title}: {verdict.sentence}')
    say(f'written: {", ".join(map(str, write_report(report, output)))}')
    return report
