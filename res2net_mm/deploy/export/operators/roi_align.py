"""RoIAlign as one operator that exporters translate, and in plain operators."""

import torch
import torch.nn.functional as F
from torch import Tensor


@torch.library.custom_op('res2net_mm::roi_align', mutates_args=())
def named_roi_align(
    feature: Tensor,
    rois: Tensor,
    height: int,
    width: int,
    scale: float,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """Average samples of a feature map in each bin of each region: mmcv's operator as our own.

    Args:
        feature: (N, C, H, W).
        rois: (R, 5): index of the image, then x1, y1, x2, y2 in px of the image.
        height: Rows of bins in a region.
        width: Columns of bins in a region.
        scale: Size of a px of the image in px of the map.
        sampling_ratio: Samples in each direction of a bin; 0 for about one per px of the map.
        aligned: Whether pixel i of the map has its centre at i + 0.5.

    Returns:
        (R, C, height, width).
    """
    from mmcv.ops import roi_align

    return roi_align(
        feature.contiguous(), rois, (height, width), scale, sampling_ratio, 'avg', aligned
    )


@named_roi_align.register_fake
def _(feature: Tensor, rois: Tensor, height: int, width: int, *_: object) -> Tensor:
    return feature.new_empty(rois.shape[0], feature.shape[1], height, width)


def plain_roi_align(
    feature: Tensor,
    rois: Tensor,
    height: int,
    width: int,
    scale: float,
    sampling_ratio: int,
    aligned: bool,
) -> Tensor:
    """Compute what :func:`named_roi_align` does by operators of torch.

    A bin is a weighted sum of pixels, which is what ``embedding_bag`` computes: the pixels are the
    rows of its table, the neighbours of a bin's samples are a bag. So no tensor of samples times
    channels is allocated.
    """
    y1, x1, y2, x2 = (rois[:, [2, 1, 4, 3]] * scale - (0.5 if aligned else 0.0)).unbind(1)
    sides = torch.stack([y2 - y1, x2 - x1], dim=1)
    sides = sides if aligned else sides.clamp(min=1)
    bins = sides / sides.new_tensor([height, width])  # (R, 2), in px of the map
    if sampling_ratio > 0:
        counts = torch.full_like(bins, sampling_ratio).long()
    else:
        counts = bins.ceil().clamp(min=0).long()
    per_bin = counts.prod(dim=1).repeat_interleave(height * width)  # (R * height * width,)
    ends = per_bin.cumsum(0)
    bag = torch.repeat_interleave(torch.arange(per_bin.shape[0]), per_bin)  # (samples,)
    sample = torch.arange(bag.shape[0]) - (ends - per_bin)[bag]
    roi = bag // (height * width)
    down, across = counts[roi].unbind(1)
    row = bag // width % height + (sample // across + 0.5) / down
    column = bag % width + (sample % across + 0.5) / across
    y, y_weight = _neighbours(y1[roi] + bins[roi, 0] * row, feature.shape[2])  # (samples, 2)
    x, x_weight = _neighbours(x1[roi] + bins[roi, 1] * column, feature.shape[3])
    y = y + (rois[roi, :1].long() * feature.shape[2])
    pixels = y[:, :, None] * feature.shape[3] + x[:, None, :]  # (samples, 2, 2)
    weights = y_weight[:, :, None] * x_weight[:, None, :] / (down * across)[:, None, None]
    bins_first = F.embedding_bag(
        pixels.flatten(),
        feature.permute(0, 2, 3, 1).flatten(0, 2),
        4 * (ends - per_bin),
        mode='sum',
        per_sample_weights=weights.flatten(),
    )
    return bins_first.unflatten(0, (-1, height, width)).permute(0, 3, 1, 2)


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
