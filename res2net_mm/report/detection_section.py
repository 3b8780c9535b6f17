"""The section of a report on boxes or masks: verdicts, tables, plots, pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from res2net_mm.evaluation import SizeResult, compare_results
from res2net_mm.evaluation.size_table import describe
from res2net_mm.report.calibration import draw_calibration
from res2net_mm.report.difference_plot import draw_differences
from res2net_mm.report.parts import GAIN, LOSS, NOISE, Part, Section, Table
from res2net_mm.report.pictures import picture_part
from res2net_mm.report.precision_recall import draw_precision_recall
from res2net_mm.report.runs import Run
from res2net_mm.report.size_curve import describe_wins, size_curve
from res2net_mm.report.size_curve_plot import draw_size_curve
from res2net_mm.report.tables import class_table, records, score_table
from res2net_mm.report.verdict import make_verdict

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
        Part(
            'By class and size',
            text=_by_chance(per_class, comparisons[0].level),
            tables=per_class,
            folded=True,
        ),
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


def _by_chance(tables: Sequence[Table], level: float) -> list[str]:
    """How many of the marked differences of many chance alone would mark."""
    tested = sum(cell.tone in (GAIN, LOSS, NOISE) for t in tables for row in t.rows for cell in row)
    return [
        f'Of many differences some are marked by chance alone: of the {tested} here about '
        f'{(1 - level) * tested:.0f} would be if nothing had changed.'
    ]
