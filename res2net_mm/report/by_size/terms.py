"""What runs of a kind are scored by and what they are scored on, in the words of a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES
from res2net_mm.evaluation.regions.region_scores import SCORE_NAMES as REGION_SCORES


@dataclass(frozen=True)
class Terms:
    """Names for a kind of runs.

    Attributes:
        scores: Those in the tables, the first of which is that of the verdict.
        drawn: Those in plots and in tables by class.
        thing: What has a size.
        beside: Those that a card has beside the first.
        titles: What a score is called where not by its name.
    """

    scores: tuple[str, ...]
    drawn: tuple[str, ...]
    thing: str
    beside: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The score of the verdict."""
        return self.scores[0]

    def title(self, score: str) -> str:
        """What a score is called."""
        return self.titles.get(score, score)

    @property
    def titles_text(self) -> str:
        """The drawn scores in a row: ``AP and AR``."""
        *others, last = (self.title(score) for score in self.drawn)
        return f'{", ".join(others)} and {last}'

    def count(self, number: int) -> str:
        """So many things: ``1 object``."""
        return f'{number} {self.thing}{"" if number == 1 else "s"}'


DETECTION = Terms(scores=SCORE_NAMES, drawn=('AP', 'AR'), thing='object')
#: By VOC's rules, which have one IoU, so that AP50 is AP.
VOC = Terms(scores=('AP', 'AR'), drawn=('AP', 'AR'), thing='object')
SEGMENTATION = Terms(
    scores=REGION_SCORES,
    drawn=REGION_SCORES,
    thing='region',
    beside=REGION_SCORES[1:],
    titles={'BF': 'boundary F'},
)
