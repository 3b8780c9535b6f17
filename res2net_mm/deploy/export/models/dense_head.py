"""Boxes of dense heads, which predict at every place of a pyramid: RPN, RetinaNet, ATSS, FCOS."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..operators import Operators
from ..operators.nms import NO_BOX
from .boxes import BoxDecoder, Boxes, BoxSelection
from .exportable import ToolboxModule, refuse, require_own_methods_of


class DenseBoxes(nn.Module):
    """Compute what ``predict()`` of a dense head of MMDetection computes, for a batch at once.

    Args:
        head: The head.
        config: Its ``test_cfg``.
        operators: Supplies non-maximum suppression.
        part: Name of the head, for errors.

    Raises:
        UserError: The head is of another kind or has no ``test_cfg``.
    """

    def __init__(
        self,
        head: ToolboxModule,
        config: Mapping[str, Any] | None,
        operators: Operators,
        *,
        part: str,
    ) -> None:
        from mmdet.models.dense_heads import RPNHead
        from mmdet.models.dense_heads.base_dense_head import BaseDenseHead

        super().__init__()
        self.is_rpn = isinstance(head, RPNHead)
        base = RPNHead if self.is_rpn else BaseDenseHead
        methods = ('predict', 'predict_by_feat', '_predict_by_feat_single', '_bbox_post_process')
        require_own_methods_of(base, head, part, methods)
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
        scores = _by_place(scores, self.head.cls_out_channels)
        scores = self._probabilities(scores)  # (N, places, classes)
        classes = scores.shape[-1]
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
