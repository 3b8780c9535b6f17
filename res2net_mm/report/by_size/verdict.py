"""Which sizes gained, and whether it is noise: in a sentence and in a card for each size."""

from collections.abc import Sequence

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison, Difference
from res2net_mm.evaluation.size_bins import ALL, MEASURES, SizeBin
from res2net_mm.report.by_size.terms import DETECTION, Terms
from res2net_mm.report.page.parts import FEW, GAIN, LOSS, NOISE, NOTHING, Card, Verdict

WORDS = {
    GAIN: 'gained',
    LOSS: 'lost',
    NOISE: 'may be noise',
    FEW: 'too few {things} to tell',
    NOTHING: 'no {things}',
}
_SIGN = {GAIN: '▲ ', LOSS: '▼ ', NOISE: '≈ ', FEW: '≈ ', NOTHING: ''}
#: Objects that a size needs: fewer, drawn anew, differ so little that intervals are too narrow.
ENOUGH = 20


def tone_of(column: BinComparison, score: str) -> str:
    """Which of the meanings of ``parts`` a difference has."""
    difference = column.scores.get(score)
    if difference is None:
        return NOTHING
    if column.objects < ENOUGH:
        return FEW
    if not difference.beyond_noise:
        return NOISE
    return GAIN if difference.difference > 0 else LOSS


def points(value: float) -> str:
    """A difference of scores in percentage points, signed: ``+1.2``."""
    # A minus sign proper; no -0.0 where rounding leaves nothing.
    return f'{100 * value:+.1f}'.replace('-0.0', '0.0').replace('+0.0', '0.0').replace('-', '−')


def size_text(size_bin: SizeBin) -> str:
    """The limits of a bin with their unit, as they are read: ``32²–96² px²``."""
    text = f'{size_bin.limits} {MEASURES[size_bin.by]}'
    for plain, written in (('<=', '≤'), ('>=', '≥'), ('..', '–'), ('^2', '²')):
        text = text.replace(plain, written)
    return text


def interval(difference: Difference) -> str:
    """The ends of its interval: ``−0.3 to +2.1``."""
    return f'{points(difference.low)} to {points(difference.high)}'


def make_verdict(
    names: tuple[str, str], comparison: Comparison, terms: Terms = DETECTION, *, more: str = ''
) -> Verdict:
    """What to say of the second run against the first, by the main score.

    Args:
        names: Of the two runs.
        comparison: Of them.
        terms: Of their kind.
        more: A further sentence.
    """
    score = terms.main
    columns = (*comparison.bins, comparison.overall)
    by_tone = {tone: [] for tone in WORDS}
    for column in columns:
        by_tone[tone_of(column, score)].append(column)
    a, b = names
    said = []
    for tone, verb in ((GAIN, 'gains'), (LOSS, 'loses')):
        if by_tone[tone]:
            changes = [f'{_name(c)} ({points(c.scores[score].difference)})' for c in by_tone[tone]]
            said.append(f'{verb} at {_listed(changes)}')
    if by_tone[NOISE]:
        sizes = _listed([_name(c) for c in by_tone[NOISE]])
        said.append(
            f'no difference beyond noise at {sizes}' if said else f'may be noise at {sizes}'
        )
    if by_tone[FEW]:
        said.append(
            f'too few {terms.thing}s to tell at {_listed([_name(c) for c in by_tone[FEW]])}'
        )
    if by_tone[NOTHING]:
        said.append(f'nothing to find at {_listed([_name(c) for c in by_tone[NOTHING]])}')
    opening = f'{b} against {a}, {score} in points: '
    if not by_tone[GAIN] and not by_tone[LOSS] and by_tone[NOISE]:
        opening = f'{b} against {a}: no size gained or lost {score} beyond noise; '
    cards = [_card(column, names, terms, comparison.level) for column in columns]
    return Verdict(f'{opening}{"; ".join(said)}.', cards, more)


def _card(column: BinComparison, names: tuple[str, str], terms: Terms, level: float) -> Card:
    score = terms.main
    difference = column.scores.get(score)
    tone = tone_of(column, score)
    size_bin = column.size_bin
    limits = '' if size_bin.name == ALL else size_text(size_bin)
    detail = [terms.count(column.objects)]
    if difference is not None:
        detail = [
            f'{100 * level:g} % interval {interval(difference)}',
            f'{names[0]} {100 * difference.a:.1f} → {names[1]} {100 * difference.b:.1f}',
            *(_beside(column, other, terms) for other in terms.beside if other in column.scores),
            *detail,
        ]
    return Card(
        size=_name(column),
        limits=limits,
        tone=tone,
        word=_SIGN[tone] + WORDS[tone].format(things=f'{terms.thing}s'),
        change='–' if difference is None else f'{points(difference.difference)} {score}',
        detail=detail,
    )


def _beside(column: BinComparison, score: str, terms: Terms) -> str:
    found, sign = column.scores[score], _SIGN[tone_of(column, score)]
    return f'{terms.title(score)} {sign}{points(found.difference)}'


def _name(column: BinComparison) -> str:
    return 'all sizes' if column.size_bin.name == ALL else column.size_bin.name


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f'{", ".join(others)} and {last}' if others else last
