"""The section of a report on one way of scoring: verdicts, tables and plots by size, pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

from res2net_mm.evaluation import Comparison
from res2net_mm.report.by_size.difference_plot import draw_differences
from res2net_mm.report.by_size.size_curve import SizeCurve, describe_wins
from res2net_mm.report.by_size.size_curve_plot import draw_size_curve
from res2net_mm.report.by_size.tables import by_chance, class_table, records, score_table
from res2net_mm.report.by_size.terms import Terms
from res2net_mm.report.by_size.verdict import make_verdict
from res2net_mm.report.page.parts import Part, Section


def size_section(
    kind: str,
    title: str,
    facts: str,
    *,
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    curve: SizeCurve,
    terms: Terms,
    draws: Mapping[str, Any],
    shown: Part | None,
    more: Sequence[Part] = (),
) -> Section:
    """What runs of either kind have in common.

    Args:
        kind: A word for it, unique in the report.
        title: For the heading.
        facts: How the runs were scored.
        names: Of the runs.
        comparisons: Of each other run with the first.
        curve: Their scores against size.
        terms: Of their kind.
        draws: Of the bootstrap: ``resamples``, ``level`` and so on.
        shown: Pictures, if any.
        more: Parts to end with.
    """
    where = describe_wins(curve, names)
    per_class = [
        class_table((names[0], name), comparison, score, terms)
        for name, comparison in zip(names[1:], comparisons, strict=True)
        for score in terms.drawn
    ]
    parts = [
        Part(
            'By size',
            tables=[score_table(names, comparisons, terms)],
            figures=[draw_differences(names, comparisons, terms, f'differences_{kind}')],
        ),
        Part(
            f'Against {terms.thing} size',
            text=where,
            figures=[draw_size_curve(curve, comparisons, names, f'size_curve_{kind}')],
        ),
        *([shown] if shown else []),
        Part(
            'By class and size',
            text=by_chance(per_class, draws['level']),
            tables=per_class,
            folded=True,
        ),
        *more,
    ]
    return Section(
        name=kind,
        title=title,
        facts=f'{facts}; intervals of {draws["resamples"]} draws of images, the same for both '
        'runs. They say how far a difference would move on other images of this kind, not on '
        'another training with another seed.',
        verdicts=[
            make_verdict(
                (names[0], names[run]),
                comparison,
                terms,
                more=where[run - 1] if curve.wins(run) or curve.loses(run) else '',
            )
            for run, comparison in enumerate(comparisons, 1)
        ],
        parts=parts,
        records=list(records(kind, names, comparisons, terms)),
    )
