"""The section of a report on one way of scoring: verdicts, tables and plots by size, pictures."""

from collections.abc import Sequence

from res2net_mm.evaluation import Comparison
from res2net_mm.report.by_size.size_curve import SizeCurve, describe_wins
from res2net_mm.report.by_size.size_plots import draw_differences, draw_size_curve
from res2net_mm.report.by_size.tables import by_chance, class_table, records, score_table
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
    shown: Sequence[Part],
    more: Sequence[Part] = (),
) -> Section:
    """Return the section on one way of scoring.

    ``comparisons`` are of each other run with the first. The parts ``shown`` stand before the
    tables by class, ``more`` after them.
    """
    terms, where = curve.terms, describe_wins(curve, names)
    per_class = [
        class_table((names[0], name), comparison, score, terms)
        for name, comparison in zip(names[1:], comparisons, strict=True)
        for score in terms.drawn
    ]
    by_size = Part(
        'By size',
        tables=[score_table(names, comparisons, terms)],
        figures=[draw_differences(names, comparisons, terms, f'differences_{kind}')],
    )
    against_size = Part(
        f'Against {terms.thing} size',
        text=where,
        figures=[draw_size_curve(curve, comparisons, names, f'size_curve_{kind}')],
    )
    chance = by_chance(per_class, curve.level)
    by_class = Part('By class and size', text=[chance], tables=per_class, folded=True)
    verdicts = []
    for run, comparison in enumerate(comparisons, 1):
        more_said = where[run - 1] if curve.wins(run) or curve.loses(run) else ''
        verdicts.append(make_verdict((names[0], names[run]), comparison, terms, more=more_said))
    return Section(
        name=kind,
        title=title,
        facts=f'{facts}; intervals of {comparisons[0].resamples} draws of images, the same for '
        'both runs. They say how far a difference would move on other images of this kind, not on '
        'another training with another seed.',
        verdicts=verdicts,
        parts=[by_size, against_size, *shown, by_class, *more],
        records=list(records(kind, names, comparisons, terms)),
    )
