"""From runs to a report: score, compare, draw, write."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeResult, compare_results, evaluate_by_size
from res2net_mm.evaluation.size_table import describe
from res2net_mm.report.calibration import draw_calibration
from res2net_mm.report.difference_plot import draw_differences
from res2net_mm.report.parts import GAIN, LOSS, NOISE, Part, Report, Section, Table
from res2net_mm.report.pictures import picture_part
from res2net_mm.report.precision_recall import draw_precision_recall
from res2net_mm.report.runs import Run, read_runs, shared_kinds, shared_options
from res2net_mm.report.size_curve import describe_wins, draw_size_curve, size_curve
from res2net_mm.report.tables import class_table, records, score_table
from res2net_mm.report.training_curves import draw_training
from res2net_mm.report.verdict import make_verdict
from res2net_mm.report.writing import check_target, write_report

TITLES = {'bbox': 'Boxes', 'segm': 'Masks'}
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
        section, more = _section(runs, results, pictures, draws)
        sections.append(section)
        notes += more
        curves = draw_training(
            [run.log for run in runs], results, [run.name for run in runs], f'training_{kind}'
        )
        if curves is not None:
            parts.append(Part(f'Training ({TITLES[kind].lower()})', figures=[curves]))
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


def _section(
    runs: Sequence[Run], results: Sequence[SizeResult], pictures: int, draws: Mapping[str, Any]
) -> tuple[Section, list[str]]:
    """Everything on one kind of detections, and what to note."""
    names = [run.name for run in runs]
    kind, protocol = results[0].iou_type, results[0].protocol
    comparisons = [compare_results(results[0], result, **draws) for result in results[1:]]
    curve = size_curve(results, **draws)
    where = describe_wins(curve, names)
    shown, notes = picture_part(runs, results, pictures)
    per_class = [
        class_table((names[0], name), comparison, score)
        for name, comparison in zip(names[1:], comparisons, strict=True)
        for score in ('AP', 'AR')
    ]
    parts = [
        Part(
            'By size',
            tables=[score_table(names, comparisons, protocol)],
            figures=[draw_differences(names, comparisons, f'differences_{kind}')],
        ),
        Part(
            'Against object size',
            text=where,
            figures=[draw_size_curve(curve, results, names, f'size_curve_{kind}')],
        ),
        *([shown] if shown else []),
        Part('By class and size', text=_by_chance(per_class), tables=per_class, folded=True),
        Part(
            'Precision and recall',
            figures=[draw_precision_recall(results, names, f'precision_recall_{kind}')],
        ),
        Part(
            'Calibration of scores',
            figures=[draw_calibration(results, names, f'calibration_{kind}')],
        ),
    ]
    facts = (
        f'{describe(results[0])}; intervals of {draws["resamples"]} draws of images, the same for '
        'both runs. They say how far a difference would move on other images of this kind, not on '
        'another training with another seed.'
    )
    section = Section(
        name=kind,
        title=TITLES[kind],
        facts=facts,
        verdicts=[
            make_verdict(
                (names[0], names[run]),
                comparison,
                more=where[run - 1] if curve.wins(run) or curve.loses(run) else '',
            )
            for run, comparison in enumerate(comparisons, 1)
        ],
        parts=parts,
        records=list(records(kind, names, comparisons, protocol)),
    )
    return section, notes


def _by_chance(tables: Sequence[Table]) -> list[str]:
    """How many of the marked differences of many chance alone would mark."""
    tested = sum(cell.tone in (GAIN, LOSS, NOISE) for t in tables for row in t.rows for cell in row)
    return [
        f'Of many differences some are marked by chance alone: of the {tested} here about '
        f'{(1 - LEVEL) * tested:.0f} would be if nothing had changed.'
    ]
