"""Non-maximum suppression as one operator that exporters translate, and in plain operators."""

import torch
from torch import Tensor
from torch._higher_order_ops.while_loop import while_loop

NO_BOX = -1.0  # the score of an unused row


@torch.library.custom_op('res2net_mm::nms', mutates_args=())
def named_nms(boxes: Tensor, scores: Tensor, iou_threshold: float, at_most: int) -> Tensor:
    """Return which boxes non-maximum suppression keeps, as one operator of our own.

    Args:
        boxes: (N, K, 4), as x1, y1, x2, y2.
        scores: (N, K), below 0 in unused rows.
        iou_threshold: A box that overlaps a better one by more than this is suppressed.
        at_most: Greatest number of boxes kept in an image.

    Returns:
        (N, K), bool.
    """
    keep = torch.zeros_like(scores, dtype=torch.bool)
    left = scores.clone()
    for _ in range(at_most):
        if not (left >= 0).any():
            break
        left, keep = _keep_best(boxes, left, keep, iou_threshold)
    return keep


@named_nms.register_fake
def _(boxes: Tensor, scores: Tensor, iou_threshold: float, at_most: int) -> Tensor:
    return torch.empty_like(scores, dtype=torch.bool)


def plain_nms(boxes: Tensor, scores: Tensor, iou_threshold: float, at_most: int) -> Tensor:
    """Compute what :func:`named_nms` does by operators of torch, in a loop that can be exported.

    Each round keeps the best box left in every image, so there are as many rounds as boxes kept.
    """

    def goes_on(i: Tensor, left: Tensor, keep: Tensor) -> Tensor:
        return (i < at_most) & (left >= 0).any()

    def keep_best(i: Tensor, left: Tensor, keep: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return (i + 1, *_keep_best(boxes, left, keep, iou_threshold))

    start = (torch.zeros((), dtype=torch.int64), scores.clone(), torch.zeros_like(scores).bool())
    return while_loop(goes_on, keep_best, start)[2]


def _keep_best(
    boxes: Tensor, left: Tensor, keep: Tensor, iou_threshold: float
) -> tuple[Tensor, Tensor]:
    """Move the best box left in each image from ``left`` to ``keep``, without what overlaps it."""
    best = left.argmax(dim=1, keepdim=True)  # (N, 1)
    found = left.gather(1, best) >= 0
    this = torch.zeros_like(keep).scatter(1, best, found)
    box = boxes.gather(1, best[..., None].expand(-1, -1, 4))
    gone = this | (found & (_iou(box, boxes) > iou_threshold))
    return torch.where(gone, NO_BOX, left), keep | this


def _iou(a: Tensor, b: Tensor) -> Tensor:
    """(N, 1, 4) and (N, K, 4) -> (N, K)."""
    sides = torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])
    shared = sides.clamp(min=0).prod(dim=-1)
    areas = [(box[..., 2:] - box[..., :2]).prod(dim=-1) for box in (a, b)]
    return shared / (areas[0] + areas[1] - shared)
