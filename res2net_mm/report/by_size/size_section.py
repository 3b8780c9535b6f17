"""The section of a report on one way of scoring: verdicts, tables and plots by size, pictures."""

from collections.abc import Iterator, Sequence
from typing import Any

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.report.by_size.size_curve import SizeCurve, describe_wins
from res2net_mm.report.by_size.size_plots import draw_differences, draw_size_curve
from res2net_mm.report.by_size.verdict import (
    Terms,
    interval,
    make_verdict,
    points,
    size_text,
    tone_of,
)
from res2net_mm.report.page.parts import GAIN, LOSS, NOISE, Cell, Part, Section, Table

EVERY_CLASS = 'all classes'
_RECORDED = ('a', 'b', 'difference', 'low', 'high', 'b_wins')


def size_section(
    kind: str,
    title: str,
    facts: str,
    *,
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    curve: SizeCurve,
    shown: Sequence[Part],
    why: Sequence[Part] = (),
    lead: str = '',
    more: Sequence[Part] = (),
) -> Section:
    """Return the section on one way of scoring.

    ``comparisons`` are of each other run with the first. The parts ``why`` stand after the scores,
    ``shown`` before the tables by class, ``more`` after them; ``lead`` is a sentence for the
    top of the page.
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
    against_size = []
    if curve.sizes.size:  # the size of something is known
        part = Part(
            f'Against {terms.thing} size',
            text=where,
            figures=[draw_size_curve(curve, comparisons, names, f'size_curve_{kind}')],
        )
        against_size.append(part)
    tones = [cell.tone for table in per_class for row in table.rows for cell in row]
    tested = sum(tone in (GAIN, LOSS, NOISE) for tone in tones)
    chance = (
        f'Of many differences some are marked by chance alone: of the {tested} here about '
        f'{(1 - curve.level) * tested:.0f} would be if nothing had changed.'
    )
    by_class = []
    if comparisons[0].classes:
        by_class = [Part('By class and size', text=[chance], tables=per_class, folded=True)]
    verdicts = []
    for run, comparison in enumerate(comparisons, 1):
        more_said = [lead] if run == 1 else []
        more_said += [where[run - 1]] if curve.wins(run) or curve.loses(run) else []
        verdicts.append(
            make_verdict(
                (names[0], names[run]), comparison, terms, more=' '.join(filter(None, more_said))
            )
        )
    return Section(
        name=kind,
        title=title,
        facts=f'{facts}; {_about_intervals(comparisons[0])}',
        verdicts=verdicts,
        parts=[by_size, *why, *against_size, *shown, *by_class, *more],
        records=list(records(kind, names, comparisons, terms)),
    )


def _about_intervals(comparison: Comparison) -> str:
    drawn = f'intervals of {comparison.resamples} draws of images, the same for'
    if max(comparison.runs) == 1:
        return (
            f'{drawn} both runs. They say how far a difference would move on other images of this '
            'kind, not on another training with another seed.'
        )
    counts = ' and '.join(map(str, comparison.runs))
    unknown = ' A single run does not tell how its model varies.' if 1 in comparison.runs else ''
    return (
        f'{drawn} all runs, and of runs ({counts}). Scores are means of the runs. The intervals '
        f'say how far a difference would move on other images and with other seeds.{unknown}'
    )


def score_table(names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms) -> Table:
    """Return the scores of all classes: columns for sizes, rows for runs and differences."""
    first = comparisons[0].columns
    rows = [[Cell(f'{terms.thing}s'), *(Cell(str(c.objects)) for c in first)]]
    for score in terms.scores:
        title = terms.title(score)
        rows.append([Cell(f'{title}: {names[0]}'), *(_score(c, score, 'a', terms) for c in first)])
        for name, comparison in zip(names[1:], comparisons, strict=True):
            columns = comparison.columns
            level = f'difference, {100 * comparison.level:g} % interval'
            rows += [
                [Cell(f'{title}: {name}'), *(_score(c, score, 'b', terms) for c in columns)],
                [Cell(level), *(_difference(c, score, terms) for c in columns)],
            ]
    return Table('Scores in %, differences in points', column_heads('', first), rows)


def class_table(names: tuple[str, str], comparison: Comparison, score: str, terms: Terms) -> Table:
    """Return one score of two runs: a row per class, columns for sizes."""
    rows = [
        [Cell(k.name), *(_difference(c, score, terms, scores=True) for c in k.columns)]
        for k in comparison.classes
    ]
    caption = f'{terms.title(score)}: difference in points (interval); {names[0]} → {names[1]} in %'
    return Table(caption, column_heads('class', comparison.columns), rows)


def records(
    kind: str, names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms
) -> Iterator[dict[str, Any]]:
    """Yield the numbers of the tables, not rounded: one record per run, class, bin and score."""
    for name, comparison in zip(names[1:], comparisons, strict=True):
        groups = [(EVERY_CLASS, comparison.columns)]
        groups += [(of_class.name, of_class.columns) for of_class in comparison.classes]
        for of_class, columns in groups:
            for column in columns:
                for score in terms.scores:
                    difference = column.scores.get(score)
                    yield {
                        'kind': kind,
                        'run_a': names[0],
                        'run_b': name,
                        'class': of_class,
                        'bin': column.size_bin.name,
                        'objects': column.objects,
                        'score': score,
                        **{key: getattr(difference, key, None) for key in _RECORDED},
                        'verdict': tone_of(column, score),
                    }


def column_heads(first: str, columns: Sequence[BinComparison]) -> list[str]:
    """Return the head of a table by size: the text of its first column, then the sizes."""
    sizes = (c.size_bin for c in columns[:-1])
    return [first, *(f'{size.name} ({size_text(size)})' for size in sizes), 'all']


def _score(column: BinComparison, score: str, run: str, terms: Terms) -> Cell:
    difference = column.scores.get(score)
    if difference is None:
        return Cell(f'no {terms.thing}s')
    of_runs = getattr(difference, f'runs_{run}')
    each = ', '.join(f'{100 * score:.1f}' for score in of_runs) if len(of_runs) > 1 else ''
    return Cell(f'{100 * getattr(difference, run):.1f}', detail=each)


def _difference(column: BinComparison, score: str, terms: Terms, *, scores: bool = False) -> Cell:
    difference, tone = column.scores.get(score), tone_of(column, score)
    if difference is None:
        return Cell(f'no {terms.thing}s', tone)
    detail = ''
    if scores:
        both = f'{100 * difference.a:.1f} → {100 * difference.b:.1f}'
        detail = f'{both}; {terms.thing}s: {column.objects}'
    return Cell(f'{points(difference.difference)} ({interval(difference)})', tone, detail)
