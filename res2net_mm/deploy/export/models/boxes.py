"""Boxes of a batch as tensors of fixed size: decoded, selected, and predicted by dense heads."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..operators import NO_BOX, Operators
from .exportable import ToolboxModule, refuse, require_own_methods_of

CODERS = ('DeltaXYWHBBoxCoder', 'DistancePointBBoxCoder')


class Boxes(NamedTuple):
    """Up to K boxes for each of N images, the best first; scores below 0 mark unused rows."""

    boxes: Tensor  # (N, K, 4), x1, y1, x2, y2 in px
    scores: Tensor  # (N, K)
    labels: Tensor  # (N, K), int64


class BoxDecoder(nn.Module):
    """Turn the regression output of a head (``part``) into boxes, by the head's own coder.

    Raises:
        UserError: The coder is none of ``CODERS``.
    """

    def __init__(self, coder: Any, part: str) -> None:
        super().__init__()
        kind = type(coder).__name__
        if kind not in CODERS:
            raise refuse(f'{part}, bbox_coder {kind}', f'allowed: {", ".join(CODERS)}')
        self.coder = coder

    def forward(self, priors: Tensor, predicted: Tensor, size: tuple[int, int]) -> Tensor:
        """(..., 4 or 2), (..., 4) and (height, width) of the image -> (..., 4)."""
        shape = predicted.shape
        boxes = self.coder.decode(priors.flatten(0, -2), predicted.flatten(0, -2)).view(shape)
        if not self.coder.clip_border:
            return boxes
        height, width = size
        x1, y1, x2, y2 = boxes.unbind(-1)
        return torch.stack(
            [x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)], -1
        )


class BoxSelection(nn.Module):
    """Suppress boxes that overlap better ones of their group, and keep the best that are left.

    ``config`` is the head's ``test_cfg``: ``nms``, ``max_per_img`` and perhaps ``min_bbox_size``.

    Raises:
        UserError: The kind of suppression or the number of boxes of ``part`` cannot be exported.
    """

    def __init__(self, config: Mapping[str, Any], operators: Operators, part: str) -> None:
        super().__init__()
        nms = dict(config.get('nms') or {})
        kind, threshold = nms.pop('type', 'nms'), nms.pop('iou_threshold', None)
        self.by_group = not nms.pop('class_agnostic', False)
        nms.pop('split_thr', None)  # saves memory in mmcv and changes no result
        if kind != 'nms' or threshold is None or nms:
            raise refuse(f'{part}, nms={config.get("nms")}', "only type 'nms' has an operator")
        if config.get('max_per_img', -1) <= 0:
            raise refuse(f'{part}, max_per_img={config.get("max_per_img")}', 'it must be positive')
        self.threshold, self.at_most = float(threshold), int(config['max_per_img'])
        self.min_side = config.get('min_bbox_size', -1)
        self.nms = operators.nms

    def forward(self, boxes: Tensor, scores: Tensor, groups: Tensor, labels: Tensor) -> Boxes:
        """(N, K, 4) and three of (N, K), scores below 0 in unused rows -> at most ``at_most``."""
        if self.min_side >= 0:
            large = (boxes[..., 2:] - boxes[..., :2] > self.min_side).all(dim=-1)
            scores = torch.where(large, scores, NO_BOX)
        apart = boxes
        if self.by_group:  # as in mmcv: shifted so far that boxes of two groups never overlap
            step = boxes.amax(dim=(1, 2), keepdim=True) + 1
            apart = boxes + groups[..., None].to(boxes) * step
        keep = self.nms(apart, scores, self.threshold, self.at_most)
        count = torch.sym_min(self.at_most, scores.shape[1])
        best, index = torch.where(keep, scores, NO_BOX).topk(count, dim=1)
        chosen = boxes.gather(1, index[..., None].expand(-1, -1, 4))
        return Boxes(chosen, best, labels.gather(1, index))


class DenseBoxes(nn.Module):
    """Compute what ``predict()`` of a dense head of MMDetection computes, for a batch at once.

    Such heads predict at every place of a pyramid: RPN, RetinaNet, ATSS, FCOS.

    Raises:
        UserError: The head is of another kind or has no ``test_cfg``; ``part`` names it.
    """

    def __init__(self, head: ToolboxModule, operators: Operators, part: str) -> None:
        from mmdet.models.dense_heads import RPNHead
        from mmdet.models.dense_heads.base_dense_head import BaseDenseHead

        super().__init__()
        self.is_rpn = isinstance(head, RPNHead)
        base = RPNHead if self.is_rpn else BaseDenseHead
        methods = 'predict', 'predict_by_feat', '_predict_by_feat_single', '_bbox_post_process'
        require_own_methods_of(base, head, part, *methods)
        config = head.test_cfg
        if config is None:
            raise refuse(f'{part} {type(head).__name__}', 'it has no test_cfg')
        self.head = head
        self.decode = BoxDecoder(head.bbox_coder, part)
        self.select = BoxSelection(config, operators, part)
        self.before = config.get('nms_pre', -1)
        self.score_threshold = NO_BOX if self.is_rpn else config.get('score_thr', 0)

    def forward(self, features: Sequence[Tensor], size: tuple[int, int]) -> Boxes:
        """A pyramid of (N, C, H, W) and the images' (height, width) -> their boxes."""
        scores, predicted, *factors = self.head(features)
        factors = factors[0] if factors else [None] * len(scores)
        sizes = [level.shape[-2:] for level in scores]
        priors = self.head.prior_generator.grid_priors(sizes, scores[0].dtype, scores[0].device)
        levels = [
            self._candidates(number, *level)
            for number, level in enumerate(zip(scores, predicted, factors, priors, strict=True))
        ]
        scores, labels, groups, predicted, priors = (
            torch.cat(parts, dim=1) for parts in zip(*levels, strict=True)
        )
        boxes = self.decode(priors, predicted, size)
        return self.select(boxes, scores, groups, labels)

    def _candidates(
        self, number: int, scores: Tensor, predicted: Tensor, factor: Tensor | None, priors: Tensor
    ) -> tuple[Tensor, ...]:
        """Return scores, labels, groups, regression outputs and priors of a level's best places."""
        scores = self._probabilities(_by_place(scores, self.head.cls_out_channels))
        classes = scores.shape[-1]  # (N, places, classes)
        scores = scores.flatten(1)
        scores = torch.where(scores > self.score_threshold, scores, NO_BOX)
        if self.before > 0:  # padded: the number of candidates must not depend on the size
            scores = F.pad(scores, (0, self.before), value=NO_BOX)
        best, index = scores.topk(self.before if self.before > 0 else scores.shape[1], dim=1)
        index = index.clamp(max=priors.shape[0] * classes - 1)
        place, label = index // classes, index % classes
        predicted = _by_place(predicted, 4).gather(1, place[..., None].expand(-1, -1, 4))
        if factor is not None:
            factors = _by_place(factor, 1).squeeze(-1).gather(1, place).sigmoid()
            best = torch.where(best >= 0, best * factors, NO_BOX)
        group = torch.full_like(label, number) if self.is_rpn else label
        return best, label, group, predicted, priors[place]

    def _probabilities(self, scores: Tensor) -> Tensor:
        loss = self.head.loss_cls
        if getattr(loss, 'custom_cls_channels', False) and not self.is_rpn:
            return loss.get_activation(scores)
        if self.head.use_sigmoid_cls:
            return scores.sigmoid()
        return scores.softmax(-1)[..., :-1]  # the last class is the background


def _by_place(level: Tensor, values: int) -> Tensor:
    """(N, places * values, H, W) -> (N, H * W * places, values)."""
    return level.permute(0, 2, 3, 1).reshape(level.shape[0], -1, values)
