"""PASCAL VOC layout, from the XML files of a folder to a COCO dict for each split."""

from .reader import FROM_ZERO, VOC, read_voc

__all__ = ['FROM_ZERO', 'VOC', 'read_voc']
