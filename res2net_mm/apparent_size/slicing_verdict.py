"""What slices do to small and to large objects, and whether to use them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from res2net_mm.evaluation import Comparison, SizeResult
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.report.by_size.verdict import in_words, interval, points, tone_of
from res2net_mm.report.page.parts import GAIN, LOSS
from res2net_mm.tables import align, percent

WHOLE, SLICES, BOTH = 'whole image', 'slices', 'both'
SCORE = 'AP'  # which decides


@dataclass(frozen=True)
class Slicing:
    """A detector on whole images, on slices, and on both merged.

    Attributes:
        slice_size: Side of a slice in px.
        overlap: Share of a slice that its neighbour has, too.
        images: Images of the test set.
        sliced: How many of them are larger than a slice.
        results: Scores of each way.
        seconds: Mean time for an image, of each way.
        comparisons: ``SLICES`` and ``BOTH`` against the whole image.
    """

    slice_size: int
    overlap: float
    images: int
    sliced: int
    results: Mapping[str, SizeResult]
    seconds: Mapping[str, float]
    comparisons: Mapping[str, Comparison]

    def recommend(self) -> tuple[str, str]:
        """Return the way to take and the reason in one sentence.

        A way is taken if its AP of all sizes is better beyond noise; of two such the better. Slices
        that gain at one size and lose at another, and are no better in all, depend on what the user
        needs; the whole image is returned then, and the sentence says so.
        """
        if not self.sliced:
            return WHOLE, (
                f'Do not slice: no image is larger than a slice of {self.slice_size} px, so there '
                'is nothing to cut.'
            )
        gains = [way for way, c in self.comparisons.items() if tone_of(c.overall, SCORE) == GAIN]
        if gains:
            best = max(gains, key=lambda way: self.comparisons[way].overall.scores[SCORE].b)
            how = 'and merge with the whole image' if best == BOTH else 'without the whole image'
            told = self._told(self.comparisons[best])
            return best, (
                f'Slice at {self.slice_size} px {how}: {told}, at {self._times(best)} the time per '
                'image.'
            )
        helped = {
            way: [c for c in comparison.bins if tone_of(c, SCORE) == GAIN]
            for way, comparison in self.comparisons.items()
        }
        if any(helped.values()):
            # The way that gains most somewhere; ways that lose less come first among equals.
            way = max(helped, key=lambda w: max([_gain(c) for c in helped[w]], default=-1.0))
            told = self._told(self.comparisons[way])
            return WHOLE, (
                f'Slice only if {in_words([c.size_bin.name for c in helped[way]])} objects matter '
                f'more than the others: with {_called(way)} {told}, at {self._times(way)} the time '
                'per image.'
            )
        lost = [way for way, c in self.comparisons.items() if tone_of(c.overall, SCORE) == LOSS]
        why = 'no size gains beyond noise'
        if lost:
            of = self.comparisons[lost[-1]]
            why += f', and with {_called(lost[-1])} {self._told(of)}'
        return WHOLE, (
            f'Do not slice: {why}; slices and whole image together take {self._times(BOTH)} the '
            'time per image.'
        )

    def table(self) -> str:
        """Return AP of each way by size, and the differences from the whole image."""
        columns = self.results[WHOLE].columns
        rows = [['', *(column.size_bin.name for column in columns), 's/image']]
        for way, result in self.results.items():
            cells = [percent(column.scores[SCORE], '-') for column in result.columns]
            rows.append([f'{SCORE}, {way}', *cells, f'{self.seconds[way]:.3f}'])
        for way, comparison in self.comparisons.items():
            found = [column.scores.get(SCORE) for column in comparison.columns]
            changes = ['-' if d is None else points(d.difference) for d in found]
            ends = ['' if d is None else interval(d) for d in found]
            rows.append([f'{way} - whole', *changes, ''])
            rows.append([f'  {100 * comparison.level:g} %', *ends, ''])
        rows.append(['objects', *(str(column.boxes) for column in columns), ''])
        first = self.results[WHOLE]
        head = (
            f'{first.iou_type}: {SCORE} in % by object size, slices of {self.slice_size} px with '
            f'{100 * self.overlap:g} % overlap; {self.sliced} of {self.images} images are larger '
            'than a slice'
        )
        return '\n'.join([head, *align(rows), self.recommend()[1]])

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        way, reason = self.recommend()
        return {
            'slice_size_px': self.slice_size,
            'overlap': self.overlap,
            'images': self.images,
            'images_sliced': self.sliced,
            'recommendation': {'use': way, 'reason': reason},
            'ways': {
                way: {'seconds_per_image': self.seconds[way], **result.to_dict()}
                for way, result in self.results.items()
            },
            'against_whole_image': {
                way: comparison.to_dict() for way, comparison in self.comparisons.items()
            },
        }

    def _told(self, comparison: Comparison) -> str:
        """Return the change of all sizes, and those beyond noise of each size."""
        overall = comparison.overall.scores[SCORE]
        change = f'{points(overall.difference)} points ({interval(overall)})'
        parts = [f'{SCORE} of all sizes changes by {change}']
        for tone, verb in ((GAIN, 'gain'), (LOSS, 'lose')):
            moved = [c for c in comparison.bins if tone_of(c, SCORE) == tone]
            if moved:
                named = [f'{c.size_bin.name} ({points(_gain(c))})' for c in moved]
                parts.append(f'{in_words(named)} objects {verb}')
        return ', '.join(parts)

    def _times(self, way: str) -> str:
        return f'{self.seconds[way] / max(self.seconds[WHOLE], 1e-9):.1f} times'


def _gain(column: BinComparison) -> float:
    return column.scores[SCORE].difference


def _called(way: str) -> str:
    return 'slices and the whole image' if way == BOTH else 'slices alone'
