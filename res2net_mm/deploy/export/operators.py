"""Non-maximum suppression and RoIAlign, which not every format has.

Each is there twice: as one named operator, which exporters translate, and in operators of torch
alone.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch._higher_order_ops.while_loop import while_loop

NO_BOX = -1.0  # the score of an unused row


@torch.library.custom_op('res2net_mm::nms', mutates_args=())
def named_nms(boxes: Tensor, scores: Tensor, iou_threshold: float, at_most: int) -> Tensor:
    """Return which boxes non-maximum suppression keeps, (N, K), bool.

    Boxes (N, K, 4) are x1, y1, x2, y2; scores (N, K) are below 0 in unused rows. A box that
    overlaps a better one by more than ``iou_threshold`` is suppressed, as are those beyond the
    best ``at_most`` of an image.
    """
    left, keep = scores.clone(), torch.zeros_like(scores, dtype=torch.bool)
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


@torch.library.custom_op('res2net_mm::roi_align', mutates_args=())
def named_roi_align(
    x: Tensor, rois: Tensor, height: int, width: int, scale: float, samples: int, aligned: bool
) -> Tensor:
    """Average samples of a map in height x width bins of each region, by mmcv's operator.

    Args:
        x: (N, C, H, W).
        rois: (R, 5): index of the image, then x1, y1, x2, y2 in px of the image.
        height: Rows of bins.
        width: Columns of bins.
        scale: Size of a px of the image in px of the map.
        samples: Samples in each direction of a bin; 0 for about one per px of the map.
        aligned: Whether pixel i of the map has its centre at i + 0.5.

    Returns:
        (R, C, height, width).
    """
    from mmcv.ops import roi_align

    return roi_align(x.contiguous(), rois, (height, width), scale, samples, 'avg', aligned)


@named_roi_align.register_fake
def _(x: Tensor, rois: Tensor, height: int, width: int, *_: object) -> Tensor:
    return x.new_empty(rois.shape[0], x.shape[1], height, width)


def plain_roi_align(
    x: Tensor, rois: Tensor, height: int, width: int, scale: float, samples: int, aligned: bool
) -> Tensor:
    """Compute what :func:`named_roi_align` does by operators of torch.

    A bin is a weighted sum of pixels, which is what ``embedding_bag`` computes: the pixels are the
    rows of its table, the neighbours of a bin's samples are a bag. So no tensor of samples times
    channels is allocated.
    """
    top, left, bottom, right = (rois[:, [2, 1, 4, 3]] * scale - 0.5 * aligned).unbind(1)
    sides = torch.stack([bottom - top, right - left], dim=1)
    sides = sides if aligned else sides.clamp(min=1)
    bins = sides / sides.new_tensor([height, width])  # (R, 2), in px of the map
    if samples > 0:
        counts = torch.full_like(bins, samples).long()
    else:
        counts = bins.ceil().clamp(min=0).long()
    per_bin = counts.prod(dim=1).repeat_interleave(height * width)  # (R * height * width,)
    starts = per_bin.cumsum(0) - per_bin
    bag = torch.repeat_interleave(torch.arange(per_bin.shape[0]), per_bin)  # (samples,)
    sample = torch.arange(bag.shape[0]) - starts[bag]
    roi = bag // (height * width)
    down, across = counts[roi].unbind(1)
    row = bag // width % height + (sample // across + 0.5) / down
    column = bag % width + (sample % across + 0.5) / across
    rows, row_weights = _neighbours(top[roi] + bins[roi, 0] * row, x.shape[2])  # (samples, 2)
    columns, column_weights = _neighbours(left[roi] + bins[roi, 1] * column, x.shape[3])
    rows = rows + (rois[roi, :1].long() * x.shape[2])
    pixels = rows[:, :, None] * x.shape[3] + columns[:, None, :]  # (samples, 2, 2)
    weights = row_weights[:, :, None] * column_weights[:, None, :] / (down * across)[:, None, None]
    table = x.permute(0, 2, 3, 1).flatten(0, 2)
    found = F.embedding_bag(
        pixels.flatten(), table, 4 * starts, mode='sum', per_sample_weights=weights.flatten()
    )
    return found.unflatten(0, (-1, height, width)).permute(0, 3, 1, 2)


def _neighbours(place: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Return the two pixels around each place, (S, 2), and the weight of each.

    As in mmcv, places up to one pixel outside the map take the border's value, others are 0.
    """
    inside = (place >= -1) & (place <= size)
    place = place.clamp(0, size - 1)
    low = place.floor()
    high_weight = place - low
    low = low.long()
    pixels = torch.stack([low, (low + 1).clamp(max=size - 1)], dim=1)
    weights = torch.stack([1 - high_weight, high_weight], dim=1)
    return pixels, weights * inside[:, None]


class Operators(NamedTuple):
    """The two operators, both named or both plain."""

    nms: Callable[..., Tensor]
    roi_align: Callable[..., Tensor]


NAMED = Operators(named_nms, named_roi_align)
PLAIN = Operators(plain_nms, plain_roi_align)
