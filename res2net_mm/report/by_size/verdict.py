"""Which sizes gained, and whether it is noise: in a sentence and in a card for each size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison, Difference
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES, SCORES
from res2net_mm.evaluation.regions.region_scores import SCORE_NAMES as REGION_SCORES
from res2net_mm.evaluation.saliency.saliency_scores import SCORE_NAMES as SALIENCY_SCORES
from res2net_mm.evaluation.size_bins import ALL, MEASURES, SizeBin
from res2net_mm.report.page.parts import FEW, GAIN, LOSS, NOISE, NOTHING, Card, Verdict

#: Objects that a size needs: resampling fewer of them gives intervals that are too narrow.
ENOUGH = 20
_WORDS = {
    GAIN: '▲ gained',
    LOSS: '▼ lost',
    NOISE: '≈ may be noise',
    FEW: '≈ too few {things} to tell',
    NOTHING: 'no {things}',
}


@dataclass(frozen=True)
class Terms:
    """Words and scores of one kind of runs."""

    scores: tuple[str, ...]  # in the tables; the first is the main one, which decides the verdict
    drawn: tuple[str, ...]  # in plots and in tables by class
    thing: str  # what has a size
    beside: tuple[str, ...] = ()  # what a card shows beside the main score
    titles: Mapping[str, str] = field(default_factory=dict)  # of scores not called by their name

    @property
    def main(self) -> str:
        """The score that decides the verdict."""
        return self.scores[0]

    def title(self, score: str) -> str:
        """Return the title of a score."""
        return self.titles.get(score, score)

    @property
    def titles_text(self) -> str:
        """Titles of the drawn scores: ``AP and AR``."""
        return in_words([self.title(score) for score in self.drawn])

    def count(self, number: int) -> str:
        """Return a number of things: ``1 object``."""
        return f'{number} {self.thing}{"" if number == 1 else "s"}'


DETECTION = Terms(scores=SCORE_NAMES, drawn=('AP', 'AR'), thing='object')
#: VOC has one IoU threshold, so that it has no score at another.
VOC = replace(DETECTION, scores=tuple(score.name for score in SCORES if score.iou is None))
SEGMENTATION = Terms(
    scores=REGION_SCORES,
    drawn=REGION_SCORES,
    thing='region',
    beside=REGION_SCORES[1:],
    titles={'BF': 'boundary F'},
)


CLASSIFICATION = Terms(
    scores=('top-1', 'top-5'), drawn=('top-1',), thing='image', beside=('top-5',)
)
#: What is salient in an image is one thing, whatever objects it consists of.
SALIENCY = Terms(
    scores=SALIENCY_SCORES,
    drawn=('maxF', 'S'),
    thing='salient area',
    beside=('MAE', 'S'),
    titles={name: name.replace('_', ' ') for name in SALIENCY_SCORES},
)


def in_words(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: ``a, b and c``."""
    *others, last = names
    return f'{", ".join(others)} and {last}' if others else last


def tone_of(column: BinComparison, score: str) -> str:
    """Return the meaning of a difference, one of those in ``parts``."""
    difference = column.scores.get(score)
    if difference is None:
        return NOTHING
    if column.objects < ENOUGH:
        return FEW
    if not difference.beyond_noise:
        return NOISE
    return GAIN if (difference.difference > 0) != difference.lower else LOSS


def points(value: float) -> str:
    """Return a difference of scores in percentage points with its sign: ``+1.2``."""
    # A true minus sign; no sign where rounding leaves zero.
    return f'{100 * value:+.1f}'.replace('-0.0', '0.0').replace('+0.0', '0.0').replace('-', '−')


def interval(difference: Difference) -> str:
    """Return the ends of an interval: ``−0.3 to +2.1``."""
    return f'{points(difference.low)} to {points(difference.high)}'


def size_text(size_bin: SizeBin) -> str:
    """Return the limits of a bin with their unit: ``32²–96² px²``."""
    text = f'{size_bin.limits} {MEASURES[size_bin.by]}'
    for plain, written in (('<=', '≤'), ('>=', '≥'), ('..', '–'), ('^2', '²')):
        text = text.replace(plain, written)
    return text


def make_verdict(
    names: tuple[str, str], comparison: Comparison, terms: Terms = DETECTION, *, more: str = ''
) -> Verdict:
    """Return the verdict on the second run against the first by the main score, and ``more``."""
    score, columns = terms.main, comparison.columns
    sizes: dict[str, list[str]] = {tone: [] for tone in _WORDS}
    for column in columns:
        tone = tone_of(column, score)
        told = f' ({points(column.scores[score].difference)})' if tone in (GAIN, LOSS) else ''
        sizes[tone].append(_name(column) + told)
    moved = bool(sizes[GAIN] or sizes[LOSS])
    phrases = {
        GAIN: 'gains',
        LOSS: 'loses',
        NOISE: 'no difference beyond noise' if moved else 'may be noise',
        FEW: f'too few {terms.thing}s to tell',
        NOTHING: 'nothing to find',
    }
    said = [f'{phrases[tone]} at {in_words(sizes[tone])}' for tone in phrases if sizes[tone]]
    a, b = names
    opening = f'{b} against {a}, {score} in points: '
    if sizes[NOISE] and not moved:
        opening = f'{b} against {a}: no size gained or lost {score} beyond noise; '
    cards = [_card(column, names, terms, comparison.level) for column in columns]
    return Verdict(f'{opening}{"; ".join(said)}.', cards, more)


def _card(column: BinComparison, names: tuple[str, str], terms: Terms, level: float) -> Card:
    difference, tone = column.scores.get(terms.main), tone_of(column, terms.main)
    detail, shown = [terms.count(column.objects)], '–'
    beside = [
        f'{terms.title(other)} {_WORDS[tone_of(column, other)][0]} {points(score.difference)}'
        for other in terms.beside
        if (score := column.scores.get(other)) is not None
    ]
    if difference is not None:
        shown = f'{points(difference.difference)} {terms.main}'
        detail = [
            f'{100 * level:g} % interval {interval(difference)}',
            f'{names[0]} {100 * difference.a:.1f} → {names[1]} {100 * difference.b:.1f}',
            *beside,
            *detail,
        ]
    return Card(
        size=_name(column),
        limits='' if column.size_bin.name == ALL else size_text(column.size_bin),
        tone=tone,
        word=_WORDS[tone].format(things=f'{terms.thing}s'),
        change=shown,
        detail=detail,
    )


def _name(column: BinComparison) -> str:
    return 'all sizes' if column.size_bin.name == ALL else column.size_bin.name
