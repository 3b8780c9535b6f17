"""Folders of images to train on: recognise and check them, draw one, point a config at them."""

from .apply_folder import set_dataset
from .demo_set import draw_demo_set
from .detection_folder import DetectionFolder, Split, recognise
from .findings import Finding
from .segmentation_apply import is_segmenter, set_masks
from .segmentation_folder import MaskSplit, SegmentationFolder, recognise_masks

__all__ = [
    'DetectionFolder',
    'Finding',
    'MaskSplit',
    'SegmentationFolder',
    'Split',
    'draw_demo_set',
    'is_segmenter',
    'recognise',
    'recognise_masks',
    'set_dataset',
    'set_masks',
]
