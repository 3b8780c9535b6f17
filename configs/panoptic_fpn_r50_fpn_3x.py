# Published: PQ 41.5, box AP 40.0, mask AP 36.5 (Res2Net-detectron2, 3x).
# Needs panopticapi: pip install git+https://github.com/cocodataset/panopticapi.git
_base_ = 'mmdet::panoptic_fpn/panoptic-fpn_r50_fpn_ms-3x_coco.py'
