# Published: PQ 43.0, box AP 42.4, mask AP 38.5 (Res2Net-detectron2, 3x).
# Needs panopticapi: pip install git+https://github.com/cocodataset/panopticapi.git
_base_ = 'mmdet::panoptic_fpn/panoptic-fpn_r101_fpn_ms-3x_coco.py'
