"""Folders of images to train on: recognise and check them, draw one, point a config at them."""

from .apply_folder import set_dataset
from .demo_set import draw_demo_set
from .detection_folder import DetectionFolder, Split, recognise
from .findings import Finding

__all__ = ['DetectionFolder', 'Finding', 'Split', 'draw_demo_set', 'recognise', 'set_dataset']
