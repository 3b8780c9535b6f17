"""The second stage of detectors with region proposals: Faster R-CNN and Cascade R-CNN."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.errors import argument

from ..operators import NO_BOX, Operators
from .boxes import BoxDecoder, Boxes, BoxSelection
from .exportable import ToolboxModule, refuse, require_own_methods_of


class RegionFeatures(nn.Module):
    """Compute what MMDetection's ``SingleRoIExtractor`` does: pool each region from its level.

    Raises:
        UserError: The extractor or its RoI layers are of another kind.
    """

    def __init__(self, extractor: ToolboxModule, operators: Operators) -> None:
        from mmdet.models.roi_heads import SingleRoIExtractor

        super().__init__()
        part = 'roi_head.bbox_roi_extractor'
        require_own_methods_of(SingleRoIExtractor, extractor, part, 'forward', 'map_roi_levels')
        for layer in extractor.roi_layers:
            if type(layer).__name__ != 'RoIAlign' or layer.pool_mode != 'avg':
                raise refuse(f'{part}, {layer}', "only RoIAlign with pool_mode='avg' is allowed")
        self.extractor = extractor
        self.roi_align = operators.roi_align

    def forward(self, features: Sequence[Tensor], rois: Tensor) -> Tensor:
        """A pyramid of (N, C, H, W) and regions (R, 5) -> (R, C, height, width)."""
        features = features[: self.extractor.num_inputs]
        layers = self.extractor.roi_layers
        if len(features) == 1:
            return self._aligned(layers[0], features[0], rois)
        levels = self.extractor.map_roi_levels(rois, len(features))
        height, width = layers[0].output_size
        found = features[0].new_zeros(rois.shape[0], features[0].shape[1], height, width)
        for level, (layer, feature) in enumerate(zip(layers, features, strict=True)):
            (index,) = torch.where(levels == level)
            found = found.index_copy(0, index, self._aligned(layer, feature, rois[index]))
        return found

    def _aligned(self, layer: ToolboxModule, feature: Tensor, rois: Tensor) -> Tensor:
        how = layer.spatial_scale, layer.sampling_ratio, layer.aligned
        return self.roi_align(feature, rois, *layer.output_size, *how)


class RegionBoxes(nn.Module):
    """Compute what ``predict()`` of a RoI head of MMDetection computes, for a batch at once.

    Raises:
        UserError: The head is no ``StandardRoIHead`` or ``CascadeRoIHead``, or predicts masks.
    """

    def __init__(self, head: ToolboxModule, operators: Operators) -> None:
        from mmdet.models.roi_heads import CascadeRoIHead, StandardRoIHead

        super().__init__()
        cascade = isinstance(head, CascadeRoIHead)
        base = CascadeRoIHead if cascade else StandardRoIHead
        own = 'predict', 'predict_bbox', '_bbox_forward'
        require_own_methods_of(base, head, 'roi_head', *own)
        if head.with_mask:
            raise refuse(
                f'mask_head {type(getattr(head.mask_head, "0", head.mask_head)).__name__}',
                'an exported detector returns boxes only; '
                f'{argument("without_masks", True)} drops it',
            )
        self.shared_head = head.shared_head if head.with_shared_head else nn.Identity()
        extractors = head.bbox_roi_extractor if cascade else [head.bbox_roi_extractor]
        heads = head.bbox_head if cascade else [head.bbox_head]
        self.extractors = nn.ModuleList(RegionFeatures(e, operators) for e in extractors)
        self.stages = nn.ModuleList(BoxHead(stage) for stage in heads)
        self.score_threshold = head.test_cfg.score_thr
        self.select = BoxSelection(head.test_cfg, operators, 'roi_head')

    def forward(self, features: Sequence[Tensor], proposals: Boxes, size: tuple[int, int]) -> Boxes:
        """A pyramid of (N, C, H, W), regions and the images' (height, width) -> their boxes."""
        boxes = proposals.boxes  # (N, K, 4)
        n, k = boxes.shape[:2]
        image = torch.arange(n, device=boxes.device).to(boxes)[:, None, None].expand(n, k, 1)
        outputs = []
        for number, extractor in enumerate(self.extractors):
            stage: Any = self.stages[number]
            found = extractor(features, torch.cat([image, boxes], -1).flatten(0, 1))
            output, predicted = stage.head(self.shared_head(found))
            outputs.append(output)
            if number < len(self.stages) - 1:
                boxes = stage.refined(boxes, output, predicted, size)
        average = outputs[0] if len(outputs) == 1 else sum(outputs) / len(outputs)
        scores = stage.probabilities(average).view(n, k, -1)  # (N, K, classes)
        boxes = stage.boxes(boxes, predicted, size)  # (N, K, classes, 4)
        there = (scores > self.score_threshold) & (proposals.scores >= 0)[..., None]
        scores = torch.where(there, scores, NO_BOX)
        labels = torch.arange(scores.shape[-1], device=scores.device).expand_as(scores)
        boxes = boxes.expand(-1, -1, scores.shape[-1], -1).flatten(1, 2)
        scores, labels = scores.flatten(1), labels.flatten(1)
        return self.select(boxes, scores, labels, labels)


class BoxHead(nn.Module):
    """The head that scores a region and refines its box, for each class or for all at once.

    Raises:
        UserError: It is no ``BBoxHead`` of MMDetection, or lacks scores or boxes.
    """

    def __init__(self, head: ToolboxModule) -> None:
        from mmdet.models.roi_heads import BBoxHead

        super().__init__()
        part = 'roi_head.bbox_head'
        own = 'predict_by_feat', '_predict_by_feat_single', 'regress_by_class'
        require_own_methods_of(BBoxHead, head, part, *own)
        if not (head.with_cls and head.with_reg):
            raise refuse(f'{part} {type(head).__name__}', 'it lacks scores or boxes')
        self.head = head
        self.decode = BoxDecoder(head.bbox_coder, part)

    def probabilities(self, scores: Tensor) -> Tensor:
        """(N * K, classes + 1) -> (N * K, classes)."""
        if self.head.custom_cls_channels:
            scores = self.head.loss_cls.get_activation(scores)
        else:
            scores = scores.softmax(-1)
        return scores[:, :-1]  # the last class is the background

    def boxes(self, boxes: Tensor, predicted: Tensor, size: tuple[int, int]) -> Tensor:
        """(N, K, 4) and (N * K, classes * 4) -> (N, K, classes, 4); one class if class-agnostic."""
        predicted = predicted.view(*boxes.shape[:2], -1, 4)
        return self.decode(boxes[:, :, None].expand_as(predicted), predicted, size)

    def refined(
        self, boxes: Tensor, scores: Tensor, predicted: Tensor, size: tuple[int, int]
    ) -> Tensor:
        """Return the boxes (N, K, 4) as the regression of the best class refines them."""
        moved = self.boxes(boxes, predicted, size)
        if self.head.custom_activation:
            scores = self.head.loss_cls.get_activation(scores)
        best = scores[:, :-1].argmax(dim=1).view(*boxes.shape[:2], 1, 1)
        if self.head.reg_class_agnostic:
            best = torch.zeros_like(best)
        return moved.gather(2, best.expand(-1, -1, 1, 4)).squeeze(2)
