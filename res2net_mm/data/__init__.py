"""Folders of images to train on: recognise and check them, draw one, point a config at them."""

from res2net_mm.formats.findings import Finding

from .classification.class_folder import ClassificationFolder, ClassSplit, recognise_classes
from .classification.set_classes import set_classes
from .demo.demo_set import draw_demo_set
from .demo.object_set import draw_object_set
from .detection.box_folder import DetectionFolder, Split, recognise
from .detection.set_dataset import set_dataset
from .keypoints.keypoint_folder import KeypointFolder, recognise_keypoints
from .keypoints.set_keypoints import set_keypoints
from .segmentation.mask_folder import MaskSplit, SegmentationFolder, recognise_masks
from .segmentation.set_masks import set_masks

__all__ = [
    'ClassSplit',
    'ClassificationFolder',
    'DetectionFolder',
    'Finding',
    'KeypointFolder',
    'MaskSplit',
    'SegmentationFolder',
    'Split',
    'draw_demo_set',
    'draw_object_set',
    'recognise',
    'recognise_classes',
    'recognise_keypoints',
    'recognise_masks',
    'set_classes',
    'set_dataset',
    'set_keypoints',
    'set_masks',
]
