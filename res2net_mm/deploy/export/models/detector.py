"""A detector of MMDetection as an exportable network."""

from typing import Any

import torch
from torch import Tensor

from ..operators import Operators
from .dense_head import DenseBoxes
from .exportable import Exportable, ToolboxModule, refuse, require_own_methods_of
from .pixels import Pixels
from .two_stage import RegionBoxes


class Detector(Exportable):
    """A detector of MMDetection that takes pixels and returns boxes.

    Args:
        model: The detector, in evaluation mode.
        operators: Supplies non-maximum suppression and RoIAlign.

    Raises:
        UserError: The detector or a part of it cannot be exported.
    """

    task = 'detection'
    outputs = ('boxes', 'scores', 'labels')

    def __init__(self, model: ToolboxModule, operators: Operators) -> None:
        from mmdet.models.detectors import SingleStageDetector, TwoStageDetector

        super().__init__()
        two_stages = isinstance(model, TwoStageDetector)
        base = TwoStageDetector if two_stages else SingleStageDetector
        require_own_methods_of(base, model, 'model', ('predict', 'extract_feat'))
        self.pixels = Pixels(model.data_preprocessor)
        self.backbone = model.backbone
        self.neck = model.neck if model.with_neck else None
        self.regions: RegionBoxes | None = None
        if two_stages:
            if not model.with_rpn:
                raise refuse(f'model {type(model).__name__}', 'it has no rpn_head')
            rpn = model.rpn_head
            self.dense = DenseBoxes(rpn, rpn.test_cfg, operators, part='rpn_head')
            self.regions = RegionBoxes(model.roi_head, operators)
        else:
            head = model.bbox_head
            self.dense = DenseBoxes(head, head.test_cfg, operators, part='bbox_head')

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 3, H, W), 0..255 -> (N, K, 4), (N, K), (N, K): boxes, scores, labels."""
        size = image.shape[2], image.shape[3]
        features = self.backbone(self.pixels(image))
        if self.neck is not None:
            features = self.neck(features)
        found = self.dense(features, size)
        if self.regions is not None:
            found = self.regions(features, found, size)
        there = found.scores >= 0
        return (
            torch.where(there[..., None], found.boxes, 0.0),
            torch.where(there, found.scores, 0.0),
            torch.where(there, found.labels, -1),
        )

    def describe_io(self) -> dict[str, Any]:
        return dict(
            input='pixels 0..255, BGR, float32 (N, 3, H, W), resized as in testing, not normalised',
            output=(
                'boxes (N, K, 4) float32, x1, y1, x2, y2 in px of the input; scores (N, K) float32 '
                'and labels (N, K) int64, the best first; unused rows have label -1 and score 0'
            ),
            inside=self.pixels.describe(),
        )
