"""Whether an exported file says what the model in PyTorch says."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from res2net_mm.errors import UserError

from .box_partners import IOU, SCORE, find_partners

PIXELS = 1e-3  # share of pixels with another label, at most: where two classes are as good as equal
FEATURES = 1e-4  # of the largest value of a map, at most
# How many times as many boxes may lack a partner, or pixels have another label, as in PyTorch
# itself when its images are shaken: other kernels are off by about as much in each layer.
CHANCE = 2

Shaken = Callable[[], list[Mapping]]  # what PyTorch says of an image, shaken a few times


class Agreement:
    """Compares image by image, and raises UserError where there is a difference.

    Weights that are not trained can make boxes a matter of chance: scores lie so close that the
    last digit says which box suppresses which. What differs is let pass as far as PyTorch's own
    answer differs when the images are shaken by as little as kernels differ by.

    Attributes:
        compared: How many boxes, pixels or maps were compared.
        images: Of how many images.
        alone: How many boxes on either side had no partner.
        chance: How many of PyTorch's own, shaken, had none.
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self.compared = 0
        self.images = 0
        self.alone = 0
        self.chance = 0
        self.worst: dict[str, float] = {}

    def compare(
        self,
        expected: Sequence[Mapping],
        found: Mapping[str, np.ndarray],
        shaken: Callable[[], Sequence[Sequence[Mapping]]] | None = None,
    ) -> None:
        """Compare what an exported file says of images.

        Args:
            expected: What :func:`reference` says of them.
            found: What the file says.
            shaken: Returns what :func:`reference` says of them, shaken, a few times over. It is
                asked at need; without it nothing passes for chance.
        """
        compare = dict(detection=self._boxes, segmentation=self._labels, features=self._maps)
        for number, image in enumerate(expected):
            compare[self.task](
                image,
                {name: array[number] for name, array in found.items()},
                lambda number=number: [
                    again[number] for again in (shaken() if shaken else [expected])
                ],
            )
            self.images += 1

    def __str__(self) -> str:
        worst = ', '.join(f'{name} {value:.2g}' for name, value in self.worst.items())
        unit = dict(detection='boxes', segmentation='pixels', features='maps')[self.task]
        said = f'{self.compared} {unit} of {self.images} images agree with PyTorch ({worst})'
        if self.alone:
            said += (
                f'; {self.alone} boxes have no partner, {self.chance} of PyTorch itself in images '
                'shaken by a rounding'
            )
        return said

    def _boxes(self, expected: Mapping, found: Mapping, shaken: Shaken) -> None:
        there = found['labels'] >= 0
        found = {name: found[name][there] for name in ('boxes', 'scores', 'labels')}
        for name in ('boxes', 'scores'):
            if not np.isfinite(found[name]).all():
                raise _disagreement(f'{name} in the file are not finite')
        partners, ious, alone = find_partners(expected, found)
        if len(alone):
            # In PyTorch itself, at the worst of the shakes: boxes come and go by twos and threes.
            chance = max((find_partners(expected, again)[2] for again in shaken()), key=len)
            # One whose score is as good as the least that is let out may be out on one side only.
            least = min([*expected['scores'], *found['scores']]) + SCORE
            lone, allowed = alone[alone > least], CHANCE * int((chance > least).sum())
            if len(lone) > allowed:
                raise _disagreement(
                    f'of {len(expected["scores"])} boxes in PyTorch and {len(found["scores"])} in '
                    f'the file {len(lone)}, the best of score {lone.max():.4f}, have no partner of '
                    f'the same label with IoU {IOU} and a score within {SCORE:g} (up to '
                    f'{allowed} may, by what PyTorch itself says of a shaken image)'
                )
            self.alone += len(alone)
            self.chance += len(chance)
        paired = partners >= 0
        self.compared += int(paired.sum())
        gaps = np.abs(expected['scores'][paired] - found['scores'][partners[paired]])
        self._note('score difference', max(gaps, default=0), max)
        self._note('least IoU', min(ious[paired], default=1), min)

    def _labels(self, expected: Mapping, found: Mapping, shaken: Shaken) -> None:
        expected, found = expected['labels'], found['labels']
        if expected.shape != found.shape:
            raise _disagreement(f'labels are {found.shape}, not {expected.shape}')
        share = float((expected != found).mean())
        if share > PIXELS:
            chance = max(float((expected != again['labels']).mean()) for again in shaken())
            if share > CHANCE * chance:
                raise _disagreement(
                    f'{share:.2%} of the pixels have another label ({chance:.2%} in PyTorch '
                    'itself, of an image shaken by a rounding)'
                )
        self.compared += expected.size
        self._note('share of other labels', share, max)

    def _maps(self, expected: Mapping, found: Mapping, _: Shaken) -> None:
        for a, (name, b) in zip(expected.values(), found.items(), strict=True):
            if a.shape != b.shape:
                raise _disagreement(f'map {name} is {b.shape}, not {a.shape}')
            gap = float(np.abs(a - b).max() / max(np.abs(a).max(), np.finfo(np.float32).tiny))
            if not gap <= FEATURES:
                raise _disagreement(f'map {name} differs by {gap:.2g} of its largest value')
            self.compared += 1
            self._note('of the largest value', gap, max)

    def _note(self, name: str, value: float, of: type(max)) -> None:
        self.worst[name] = of(self.worst.get(name, value), float(value))


def _disagreement(what: str) -> UserError:
    return UserError(
        f'the exported file does not say what the model says, nothing was written: {what}'
    )
