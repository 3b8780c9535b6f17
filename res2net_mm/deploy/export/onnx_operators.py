"""The operators of ONNX that our named operators become."""

from collections.abc import Callable
from typing import Any

import torch
from onnxscript import opset18

from .operators import NO_BOX

op: Any = opset18  # typed for tensors of ONNX, while the functions below are given traced ones


def onnx_nms(boxes: Any, scores: Any, iou_threshold: float, at_most: int) -> Any:
    """Turn the indices that ``NonMaxSuppression`` returns into a mask (N, K), bool."""
    found = op.NonMaxSuppression(  # (found, 3): image, class, box
        boxes,
        op.Unsqueeze(scores, op.Constant(value_ints=[1])),
        op.Constant(value_ints=[at_most]),
        op.Constant(value_floats=[iou_threshold]),
        op.Constant(value_floats=[NO_BOX / 2]),
    )
    image_and_box = op.Gather(found, op.Constant(value_ints=[0, 2]), axis=1)
    none = op.Expand(op.Constant(value_floats=[0.0]), op.Shape(scores))
    ones = op.Expand(op.Constant(value_floats=[1.0]), op.Shape(found, start=0, end=1))
    return op.Cast(op.ScatterND(none, image_and_box, ones), to=9)  # 9: bool


def onnx_roi_align(
    x: Any, rois: Any, height: int, width: int, scale: float, samples: int, aligned: bool
) -> Any:
    """Call ``RoiAlign``, which takes the indices of the images apart from the boxes."""
    image = op.Cast(op.Gather(rois, op.Constant(value_int=0), axis=1), to=7)  # 7: int64
    return op.RoiAlign(
        x,
        op.Gather(rois, op.Constant(value_ints=[1, 2, 3, 4]), axis=1),
        image,
        coordinate_transformation_mode='half_pixel' if aligned else 'output_half_pixel',
        mode='avg',
        output_height=height,
        output_width=width,
        sampling_ratio=samples,
        spatial_scale=scale,
    )


def translations() -> dict[Callable[..., Any], Callable[..., Any]]:
    """Return the table by which torch.onnx translates our operators."""
    ops = torch.ops.res2net_mm
    return {ops.nms.default: onnx_nms, ops.roi_align.default: onnx_roi_align}
