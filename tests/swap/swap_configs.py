"""Shipped configs that are swapped, by what is particular about them."""

from mmengine.config import Config

V1B = 'res2net50_v1b_26w_4s'
DLA = 'res2net_dla60'
WEIGHTS = dict(type='Pretrained', checkpoint=f'res2net://{V1B}')
BN = dict(type='BN', requires_grad=True)
FROZEN_BN = dict(type='BN', requires_grad=False)
SYNC_BN = dict(type='SyncBN', requires_grad=True)

FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'
CAFFE = 'mmdet::retinanet/retinanet_r50-caffe_fpn_1x_coco.py'
DCN = 'mmdet::dcn/cascade-rcnn_r50-dconv-c3-c5_fpn_1x_coco.py'
C4 = 'mmdet::faster_rcnn/faster-rcnn_r50-caffe_c4-1x_coco.py'
DC5 = 'mmdet::faster_rcnn/faster-rcnn_r50-caffe-dc5_1x_coco.py'
DETR = 'mmdet::detr/detr_r50_8xb2-150e_coco.py'
GCB = 'mmdet::gcnet/mask-rcnn_r50-syncbn-gcb-r4-c3-c5_fpn_1x_coco.py'
GN = 'mmdet::gn+ws/faster-rcnn_r50_fpn_gn-ws-all_1x_coco.py'
SCRATCH = 'mmdet::scratch/faster-rcnn_r50-scratch_fpn_gn-all_6x_coco.py'
LAD = 'mmdet::lad/lad_r50-paa-r101_fpn_2xb8_coco_1x.py'
SEMI = 'mmdet::soft_teacher/soft-teacher_faster-rcnn_r50-caffe_fpn_180k_semi-0.1-coco.py'
TRACK = 'mmdet::deepsort/deepsort_faster-rcnn_r50_fpn_8xb2-4e_mot17halftrain_test-mot17halfval.py'
CITY = 'mmdet::cityscapes/faster-rcnn_r50_fpn_1x_cityscapes.py'
V3PLUS = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb2-40k_cityscapes-512x1024.py'
MG124 = 'mmseg::deeplabv3/deeplabv3_r101-d16-mg124_4xb2-40k_cityscapes-512x1024.py'
PSP = 'mmseg::pspnet/pspnet_r50-d8_4xb2-40k_cityscapes-512x1024.py'
FASTFCN = 'mmseg::fastfcn/fastfcn_r50-d32_jpu_psp_4xb2-80k_cityscapes-512x1024.py'
SEM_FPN = 'mmseg::sem_fpn/fpn_r50_4xb2-80k_cityscapes-512x1024.py'
KNET = 'mmseg::knet/knet-s3_r50-d8_upernet_8xb2-adamw-80k_ade20k-512x512.py'
BISENET = 'mmseg::bisenetv1/bisenetv1_r18-d32_4xb4-160k_cityscapes-1024x1024.py'
RESNET18 = 'mmpretrain::resnet/resnet18_8xb32_in1k.py'
ARCFACE = 'mmpretrain::arcface/resnet50-arcface_8xb32_inshop.py'
MOCO = 'mmpretrain::mocov2/mocov2_resnet50_8xb32-coslr-200e_in1k.py'
EXTRA_NORM = 'mmpretrain::byol/benchmarks/mask-rcnn_r50-c4_ms-1x_coco.py'
RSB = 'mmpretrain::resnet/resnet50_8xb256-rsb-a1-600e_in1k.py'
SPARK = 'mmpretrain::spark/spark_sparse-resnet50_8xb512-amp-coslr-800e_in1k.py'
INTERHAND = (
    'mmpose::hand_3d_keypoint/internet/interhand3d/internet_res50_4xb16-20e_interhand3d-256x256.py'
)
ICNET = 'mmseg::icnet/icnet_r50-d8_4xb2-80k_cityscapes-832x832.py'


def use(cfg: Config) -> dict:
    """How a swapped config uses its backbone: its settings but for what names the network."""
    backbone = cfg.model.backbone.to_dict()
    assert backbone.pop('type') == 'res2net_mm.Res2Net'
    assert backbone.pop('preset') == V1B
    return backbone
