"""Compare the predictions of an exported file with those of the model in PyTorch."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from res2net_mm.errors import UserError

IOU = 0.95  # least IoU of two matched boxes
SCORE = 1e-3  # greatest difference of their scores, or of a classifier's
PIXELS = 1e-3  # greatest share of pixels with another label: where two classes nearly tie
FEATURES = 1e-4  # greatest difference of a feature map, of its largest value
# How many times as many boxes may lack a match, or pixels have another label, as in PyTorch itself
# when its images are perturbed: each layer of the file is off by about as much.
TOLERANCE = 2
NOISE = 1e-4  # of the perturbed images: standard deviation, of each pixel's value
DRAWS = 4

Arrays = Mapping[Any, np.ndarray]  # the predictions for one image
Perturbed = Callable[[], Sequence[Arrays]]  # those for perturbed copies of it


@torch.no_grad()
def reference(model: nn.Module, task: str, image: np.ndarray) -> list[Arrays]:
    """Return the predictions of the model's own code for images (N, 3, H, W), float32.

    Their form is that of an exported file's: for each image boxes (K, 4), scores (K,) and labels
    (K,) of a detection, labels (H, W) of a segmentation, scores (K,) of a classification, else the
    feature maps of the stages.
    """
    batch = torch.from_numpy(image)
    if task == 'features':
        maps = model(batch)
        return [{i: level[n].numpy() for i, level in enumerate(maps)} for n in range(len(image))]
    if task == 'detection':
        from mmdet.structures import DetDataSample as Sample
    elif task == 'classification':
        from mmpretrain.structures import DataSample as Sample
    else:
        from mmseg.structures import SegDataSample as Sample
    shape = tuple(image.shape[2:])
    meta = dict(img_shape=shape, ori_shape=shape, pad_shape=shape, scale_factor=(1.0, 1.0))
    predict: Any = model.test_step
    samples = [Sample(metainfo=dict(meta)) for _ in image]
    found = predict(dict(inputs=list(batch), data_samples=samples))
    if task == 'segmentation':
        return [dict(labels=sample.pred_sem_seg.data[0].numpy()) for sample in found]
    if task == 'classification':
        return [dict(scores=sample.pred_score.numpy()) for sample in found]
    names = dict(boxes='bboxes', scores='scores', labels='labels')
    boxes = [sample.pred_instances for sample in found]
    return [{name: getattr(b, theirs).numpy() for name, theirs in names.items()} for b in boxes]


def perturbed_references(model: nn.Module, task: str, image: np.ndarray) -> list[list[Arrays]]:
    """Return :func:`reference` of a few copies of the images with rounding noise.

    The noise moves features by what other kernels move them by: those of Res2Net-50 with FPN by
    6e-6 of their largest value, where fusing the network moves them by 5e-6.
    """
    random = np.random.default_rng(0)
    noises = (random.normal(scale=NOISE, size=image.shape) for _ in range(DRAWS))
    return [reference(model, task, (image * (1 + noise)).astype(np.float32)) for noise in noises]


class Agreement:
    """Compare image by image, and raise UserError where predictions differ.

    Weights that are not trained give scores so close together that rounding decides which box
    suppresses which. Differences are therefore accepted as far as PyTorch's own predictions change
    when its images are perturbed by rounding noise.

    Args:
        task: ``detection``, ``segmentation``, ``classification`` or ``features``.

    Attributes:
        compared: Number of boxes, pixels, scores or feature maps compared.
        unmatched: Number of boxes, of either side, without a match.
        unmatched_perturbed: The same between PyTorch and PyTorch on perturbed images.
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self.images = self.compared = self.unmatched = self.unmatched_perturbed = 0
        self.worst: dict[str, float] = {}

    def compare(
        self,
        expected: Sequence[Arrays],
        found: Mapping[str, np.ndarray],
        perturbed: Callable[[], Sequence[Sequence[Arrays]]] | None = None,
    ) -> None:
        """Compare the outputs of the exported file for a batch with those of :func:`reference`.

        ``perturbed`` returns :func:`perturbed_references`, if needed; None accepts no difference.

        Raises:
            UserError: The predictions differ.
        """
        compare = dict(
            detection=self._boxes,
            segmentation=self._labels,
            classification=self._scores,
            features=self._maps,
        )
        for n, image in enumerate(expected):

            def draws(n: int = n) -> list[Arrays]:
                return [batch[n] for batch in (perturbed() if perturbed else [expected])]

            compare[self.task](image, {name: array[n] for name, array in found.items()}, draws)
            self.images += 1

    def __str__(self) -> str:
        worst = ', '.join(f'{name} {value:.2g}' for name, value in self.worst.items())
        units = dict(
            detection='boxes', segmentation='pixels', classification='scores', features='maps'
        )
        unit = units[self.task]
        text = f'{self.compared} {unit} of {self.images} images agree with PyTorch ({worst})'
        if self.unmatched:
            text += (
                f'; {self.unmatched} boxes have no match, where {self.unmatched_perturbed} have '
                'none between PyTorch and PyTorch on images with rounding noise'
            )
        return text

    def _boxes(self, expected: Arrays, found: Arrays, perturbed: Perturbed) -> None:
        used = found['labels'] >= 0
        found = {name: found[name][used] for name in ('boxes', 'scores', 'labels')}
        for name in ('boxes', 'scores'):
            if not np.isfinite(found[name]).all():
                raise _disagreement(f'{name} in the file are not finite')
        indices, ious, unmatched = match_boxes(expected, found)
        if len(unmatched):
            # The worst of the draws, since boxes come and go by twos and threes.
            draws = (match_boxes(expected, again).unmatched for again in perturbed())
            chance = max(draws, key=len)
            # A box near the least score that is returned may be missing on one side.
            least = min([*expected['scores'], *found['scores']]) + SCORE
            lone, allowed = unmatched[unmatched > least], TOLERANCE * int((chance > least).sum())
            if len(lone) > allowed:
                raise _disagreement(
                    f'of {len(expected["scores"])} boxes in PyTorch and {len(found["scores"])} in '
                    f'the file {len(lone)}, the best of score {lone.max():.4f}, have no match of '
                    f'the same label with IoU {IOU} and a score within {SCORE:g} (up to '
                    f'{allowed} may, judging by PyTorch on images with rounding noise)'
                )
            self.unmatched += len(unmatched)
            self.unmatched_perturbed += len(chance)
        matched = indices >= 0
        self.compared += int(matched.sum())
        gaps = np.abs(expected['scores'][matched] - found['scores'][indices[matched]])
        self._note('score difference', max(gaps, default=0), max)
        self._note('least IoU', min(ious[matched], default=1), min)

    def _labels(self, expected: Arrays, found: Arrays, perturbed: Perturbed) -> None:
        labels, others = expected['labels'], found['labels']
        if labels.shape != others.shape:
            raise _disagreement(f'labels are {others.shape}, not {labels.shape}')
        share = float((labels != others).mean())
        if share > PIXELS:
            chance = max(float((labels != again['labels']).mean()) for again in perturbed())
            if share > TOLERANCE * chance:
                raise _disagreement(
                    f'{share:.2%} of the pixels have another label ({chance:.2%} in PyTorch '
                    'itself on an image with rounding noise)'
                )
        self.compared += labels.size
        self._note('share of other labels', share, max)

    def _scores(self, expected: Arrays, found: Arrays, perturbed: Perturbed) -> None:
        scores, others = expected['scores'], found['scores']
        if scores.shape != others.shape:
            raise _disagreement(f'scores are {others.shape}, not {scores.shape}')
        gap = float(np.abs(scores - others).max())
        if not gap <= SCORE:
            chance = max(float(np.abs(scores - again['scores']).max()) for again in perturbed())
            if not gap <= TOLERANCE * chance:
                raise _disagreement(
                    f'a score differs by {gap:.2g} ({chance:.2g} in PyTorch itself on an image '
                    'with rounding noise)'
                )
        self.compared += scores.size
        self._note('score difference', gap, max)

    def _maps(self, expected: Arrays, found: Arrays, _: Perturbed) -> None:
        for a, (name, b) in zip(expected.values(), found.items(), strict=True):
            if a.shape != b.shape:
                raise _disagreement(f'map {name} is {b.shape}, not {a.shape}')
            gap = float(np.abs(a - b).max() / max(np.abs(a).max(), np.finfo(np.float32).tiny))
            if not gap <= FEATURES:
                raise _disagreement(f'map {name} differs by {gap:.2g} of its largest value')
            self.compared += 1
            self._note('of the largest value', gap, max)

    def _note(self, name: str, value: float, worse: Callable[[float, float], float]) -> None:
        self.worst[name] = worse(self.worst.get(name, value), float(value))


def _disagreement(what: str) -> UserError:
    return UserError(
        f'the exported file predicts something else than the model, nothing was written: {what}'
    )


class Matches(NamedTuple):
    """Which boxes of two predictions match."""

    indices: np.ndarray  # for each expected box the index of the found one, or -1
    ious: np.ndarray  # for each expected box
    unmatched: np.ndarray  # scores of the boxes of both predictions that have no match


def match_boxes(expected: Arrays, found: Arrays) -> Matches:
    """Match boxes of the same label, greedily by IoU: the pair of the greatest first."""
    fits = _iou(expected['boxes'], found['boxes'])
    fits[expected['labels'][:, None] != found['labels']] = 0
    gaps = np.abs(expected['scores'][:, None] - found['scores'])
    fits[(fits < IOU) | (gaps > SCORE)] = 0
    indices, ious = np.full(len(fits), -1), np.zeros(len(fits))
    for _ in range(min(fits.shape)):
        row, column = np.unravel_index(fits.argmax(), fits.shape)
        if fits[row, column] == 0:
            break
        indices[row], ious[row] = column, fits[row, column]
        fits[row], fits[:, column] = 0, 0
    left_over = np.delete(found['scores'], indices[indices >= 0])
    return Matches(indices, ious, np.concatenate([expected['scores'][indices < 0], left_over]))


def _iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(M, 4) and (N, 4) -> (M, N)."""
    a, b = a[:, None].astype(float), b[None].astype(float)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(min=0).prod(-1)
    areas = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1)
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(float).tiny))
