"""Names of the classes in public sets whose folders do not tell them."""

import re

# PASCAL VOC 2012, segmentation, in the order of the labels; 255 marks borders and is ignored.
VOC = (
    'background',
    'aeroplane',
    'bicycle',
    'bird',
    'boat',
    'bottle',
    'bus',
    'car',
    'cat',
    'chair',
    'cow',
    'diningtable',
    'dog',
    'horse',
    'motorbike',
    'person',
    'pottedplant',
    'sheep',
    'sofa',
    'train',
    'tvmonitor',
)

# CamVid in the eleven classes of the SegNet tutorial; label 11 is unlabelled there.
CAMVID = (
    'sky',
    'building',
    'pole',
    'road',
    'pavement',
    'tree',
    'sign',
    'fence',
    'car',
    'pedestrian',
    'bicyclist',
)
CAMVID_NAME = re.compile(r'(0001TP|0006R0|0016E5|Seq05VD)_f?\d+$')  # the four films it is cut from
