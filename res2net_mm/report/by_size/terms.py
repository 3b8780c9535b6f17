"""The words and scores of a report on detectors, and of one on segmenters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES, SCORES
from res2net_mm.evaluation.regions.region_scores import SCORE_NAMES as REGION_SCORES


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


def in_words(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: ``a, b and c``."""
    *others, last = names
    return f'{", ".join(others)} and {last}' if others else last
