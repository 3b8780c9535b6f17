"""Whether an exported file says what the model in PyTorch says."""

from collections.abc import Mapping, Sequence

import numpy as np

from res2net_mm.errors import UserError

IOU = 0.95  # of a box and its partner, at least
SCORE = 1e-3  # between their scores, at most
ALONE = 0.02  # share of an image's boxes without a partner, at most: so none of fewer than 50
PIXELS = 1e-3  # share of pixels with another label, at most: where two classes are as good as equal
FEATURES = 1e-4  # of the largest value of a map, at most


class Agreement:
    """Compares image by image, and raises UserError where there is a difference.

    Attributes:
        compared: How many boxes, pixels or maps were compared.
        images: Of how many images.
        alone: How many boxes on either side had no partner, and few enough.
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self.compared = 0
        self.images = 0
        self.alone = 0
        self.worst: dict[str, float] = {}

    def compare(self, expected: Sequence[Mapping], found: Mapping[str, np.ndarray]) -> None:
        """Compare what :func:`reference` and an exported file say of the same images."""
        compare = dict(detection=self._boxes, segmentation=self._labels, features=self._maps)
        for number, image in enumerate(expected):
            compare[self.task](image, {name: array[number] for name, array in found.items()})
            self.images += 1

    def __str__(self) -> str:
        worst = ', '.join(f'{name} {value:.2g}' for name, value in self.worst.items())
        unit = dict(detection='boxes', segmentation='pixels', features='maps')[self.task]
        alone = f', {self.alone} have no partner' if self.alone else ''
        return f'{self.compared} {unit} of {self.images} images agree with PyTorch ({worst}){alone}'

    def _boxes(self, expected: Mapping, found: Mapping) -> None:
        there = found['labels'] >= 0
        found = {name: found[name][there] for name in ('boxes', 'scores', 'labels')}
        partners, ious = _partners(expected, found)
        alone = partners < 0
        left_over = np.ones(len(found['scores']), bool)
        left_over[partners[~alone]] = False
        # A box whose score is as good as the least that is let out may be out on one side only. Nor
        # has every other one a partner: where the last digit says which box suppresses which,
        # mmdet's own code says another thing of the same model fused.
        least = min([*expected['scores'], *found['scores']], default=0)
        for scores, lone in ((expected['scores'], alone), (found['scores'], left_over)):
            lone = scores[lone & (scores > least + SCORE)]
            if len(lone) > ALONE * len(scores):
                raise _disagreement(
                    f'{len(lone)} of {len(scores)} boxes, the best of score {lone.max():.4f}, have '
                    f'no partner of the same label with IoU {IOU} and a score within {SCORE:g} '
                    '(so it may be with weights that are not trained, where rounding picks boxes)'
                )
            self.alone += len(lone)
        self.compared += int((~alone).sum())
        gaps = np.abs(expected['scores'][~alone] - found['scores'][partners[~alone]])
        self._note('score difference', max(gaps, default=0), max)
        self._note('least IoU', min(ious[~alone], default=1), min)

    def _labels(self, expected: Mapping, found: Mapping) -> None:
        if expected['labels'].shape != found['labels'].shape:
            raise _disagreement(
                f'labels are {found["labels"].shape}, not {expected["labels"].shape}'
            )
        share = float((expected['labels'] != found['labels']).mean())
        if share > PIXELS:
            raise _disagreement(f'{share:.2%} of the pixels have another label')
        self.compared += expected['labels'].size
        self._note('share of other labels', share, max)

    def _maps(self, expected: Mapping, found: Mapping) -> None:
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


def _partners(expected: Mapping, found: Mapping) -> tuple[np.ndarray, np.ndarray]:
    """Return, for each expected box, the index of its partner or -1, and their IoU."""
    fits = _iou(expected['boxes'], found['boxes'])
    fits[expected['labels'][:, None] != found['labels']] = 0
    gaps = np.abs(expected['scores'][:, None] - found['scores'])
    fits[(fits < IOU) | (gaps > SCORE)] = 0
    partners = np.full(len(fits), -1)
    ious = np.zeros(len(fits))
    for _ in range(min(fits.shape)):
        row, column = np.unravel_index(fits.argmax(), fits.shape)
        if fits[row, column] == 0:
            break
        partners[row], ious[row] = column, fits[row, column]
        fits[row], fits[:, column] = 0, 0
    return partners, ious


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(M, 4) and (N, 4) -> (M, N)."""
    a, b = a[:, None].astype(float), b[None].astype(float)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(min=0).prod(-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return shared / np.maximum(areas - shared, np.finfo(float).tiny)


def _disagreement(what: str) -> UserError:
    return UserError(
        f'the exported file does not say what the model says, nothing was written: {what}'
    )
