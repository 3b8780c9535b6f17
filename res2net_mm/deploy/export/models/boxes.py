"""The boxes of a batch as tensors of fixed size: decode them, clip them, keep the best."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..operators import Operators
from ..operators.nms import NO_BOX
from .exportable import refuse

CODERS = ('DeltaXYWHBBoxCoder', 'DistancePointBBoxCoder')


class Boxes(NamedTuple):
    """Up to K boxes for each of N images, the best first; scores below 0 mark unused rows."""

    boxes: Tensor  # (N, K, 4), x1, y1, x2, y2 in px
    scores: Tensor  # (N, K)
    labels: Tensor  # (N, K), int64


class BoxDecoder(nn.Module):
    """Turn the regression output of a head into boxes, by the head's own coder.

    Args:
        coder: The head's ``bbox_coder``.
        part: Name of the head, for errors.

    Raises:
        UserError: The coder is none of ``CODERS``.
    """

    def __init__(self, coder: Any, part: str) -> None:
        super().__init__()
        if type(coder).__name__ not in CODERS:
            raise refuse(
                f'{part}, bbox_coder {type(coder).__name__}', f'allowed: {", ".join(CODERS)}'
            )
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

    Args:
        config: The head's ``test_cfg``: ``nms``, ``max_per_img`` and optionally ``min_bbox_size``.
        operators: Supplies non-maximum suppression.
        part: Name of the head, for errors.

    Raises:
        UserError: The kind of suppression or the number of boxes cannot be exported.
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
