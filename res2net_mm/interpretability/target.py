"""The score that a class activation map explains, of a detector, a segmenter or a classifier.

It is a score of the prediction itself. ``predict`` of MMDetection, MMSegmentation and MMPretrain
keeps the autograd graph of scores through non-maximum suppression and resizing (of dense heads with
the help of :mod:`res2net_mm.openmmlab.internals`), so that scores of predicted boxes have a
gradient in any detector. Two limits: the coordinates of boxes are constants (regions of interest
have no gradient), and a score that a non-differentiable step rewrites, as Soft-NMS does, has none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from res2net_mm.errors import UserError, argument

EPSILON = 1e-6  # added to probabilities, whose logits would be infinite at 0 and 1


@dataclass(frozen=True)
class Target:
    """The score that is explained."""

    text: str  # its description, for a title
    score: Callable[[Any], Tensor]  # of a prediction: a tensor (1,) with a gradient
    boxes: np.ndarray | None = None  # explained: x1, y1, x2, y2 (K, 4) in px of the image on disk
    pixels: np.ndarray | None = None  # explained: (H, W) bool
    label: int | None = None  # of a classifier


def choose_target(
    sample: Any,
    classes: Sequence[str],
    *,
    name: str | None = None,
    top: int = 1,
    threshold: float = 0.3,
) -> Target:
    """Choose the score of a prediction that is explained.

    - Of a detector: the sum of the logits, log(p / (1 - p)), of the ``top`` boxes with the highest
      scores, of one class if it is named. The gradient of a probability vanishes near 1.
    - Of a segmenter: the sum of a class's logits over the pixels predicted as this class; by
      default the class with the most pixels except ``background``.
    - Of a classifier: the logit of a class; by default of the one with the highest score. See
      :func:`score_of`.

    Args:
        sample: A prediction, as the model's ``predict`` returns.
        classes: Names of the classes.
        name: Name of the class to explain.
        top: Number of boxes.
        threshold: Least score of a box.

    Raises:
        UserError: The class is unknown or not predicted, or the model is of another kind.
    """
    if name is not None and name not in classes:
        raise UserError(f'class {name!r} is unknown; allowed: {", ".join(classes)}')
    if top < 1:
        raise UserError(f'top must be at least 1 box, got {top}')
    label = None if name is None else list(classes).index(name)
    if 'pred_instances' in sample:
        return _boxes(sample.pred_instances, classes, label, top, threshold)
    if 'pred_sem_seg' in sample:
        return _pixels(sample.pred_sem_seg.data[0], classes, label)  # (1, H, W) -> (H, W)
    if 'pred_score' in sample:
        chosen = int(sample.pred_score.argmax()) if label is None else label
        return Target(
            f'{classes[chosen]} {float(sample.pred_score[chosen]):.2f}',
            lambda predicted: _logit(predicted.pred_score[chosen]).reshape(1),
            label=chosen,
        )
    raise UserError(
        'the model predicts neither boxes with scores, nor one label for each pixel, nor scores of '
        'classes: only detectors, semantic segmenters and classifiers can be explained'
    )


def score_of(
    model: nn.Module, chosen: Target, predict: Callable[[Tensor], Any]
) -> Callable[[Tensor], Tensor]:
    """Return the function of the input whose gradient explains a target.

    MMPretrain's classifiers tell the score before the softmax, which is Grad-CAM's; of others
    it is log(p / (1 - p)).

    Args:
        model: The model.
        chosen: The target.
        predict: Runs the model on an input (1, 3, H, W) and returns its prediction.
    """
    label = chosen.label
    if label is None or not type(model).__module__.startswith('mmpretrain.'):
        return lambda x: chosen.score(predict(x))
    return lambda x: model(x, mode='tensor')[:, label]


def _boxes(
    seen: Any, classes: Sequence[str], label: int | None, top: int, threshold: float
) -> Target:
    scores = seen.scores.detach()
    candidates = torch.arange(len(scores), device=scores.device)
    if label is not None:
        candidates = candidates[seen.labels == label]
    best = candidates[scores[candidates].argsort(descending=True)][:top]
    chosen = best[scores[best] >= threshold]
    if not len(chosen):
        kind = '' if label is None else f' of class {classes[label]}'
        highest = f'the highest is {float(scores[best[0]]):.2f}' if len(best) else 'there is none'
        raise UserError(
            f'no predicted box{kind} reaches the score {threshold}: {highest}; '
            f'lower {argument("score_threshold")} or name another {argument("target")}'
        )
    named = [f'{classes[int(seen.labels[i])]} {float(scores[i]):.2f}' for i in chosen]
    corners = seen.bboxes[chosen]
    return Target(
        ', '.join(named[:3]) + (f' and {len(named) - 3} more' if len(named) > 3 else ''),
        lambda predicted: _logit(predicted.pred_instances.scores[chosen]).sum().reshape(1),
        boxes=getattr(corners, 'tensor', corners).detach().cpu().numpy(),
    )


def _pixels(labels: Tensor, classes: Sequence[str], label: int | None) -> Target:
    counts = torch.bincount(labels.flatten(), minlength=len(classes))[: len(classes)]
    if label is None:
        ranked = counts.clone()
        for i, name in enumerate(classes):
            if name == 'background' and counts.count_nonzero() > 1:
                ranked[i] = -1
        label = int(ranked.argmax())
    if not counts[label]:
        seen = ', '.join(n for n, count in zip(classes, counts, strict=True) if count)
        raise UserError(f'no pixel is predicted as {classes[label]}; predicted are: {seen}')
    pixels = labels == label

    def score(predicted: Any) -> Tensor:
        logits = predicted.seg_logits.data  # (classes, H, W), or (1, H, W) of a binary segmenter
        if len(logits) == 1 and label == 0:
            logits = -logits
        return logits[min(label, len(logits) - 1)][pixels].sum().reshape(1)

    share = float(counts[label] / counts.sum())
    return Target(f'{classes[label]}, {share:.1%} of pixels', score, pixels=pixels.cpu().numpy())


def _logit(probability: Tensor) -> Tensor:
    # Not clamped, since a clamp has no gradient.
    return (probability + EPSILON).log() - (1 - probability + EPSILON).log()
