"""One small random image as each toolbox's models take it."""

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.logging import MessageHub
from mmengine.structures import InstanceData

from res2net_mm.openmmlab.edit import type_name, walk

# What a self-supervised model learns from: views of each image, and images in a batch.
VIEWS = IMAGES = 2


def inputs_of(model: Any, settings: Mapping[str, Any], size: int, mode: str) -> tuple[dict, str]:
    """Return what a model's data preprocessor takes, and the mode to run the model in.

    Args:
        model: The model.
        settings: Those that it was built from.
        size: Height and width of the image in px, where the model does not fix them itself.
        mode: ``predict`` or ``tensor``; a self-supervised model, which does not predict, and a
            retriever, which first needs its gallery, run in ``loss`` in place of either.
    """
    toolbox = type(model).__module__.partition('.')[0]
    if toolbox == 'mmpretrain':
        return _of_mmpretrain(model, settings, size, mode)
    if toolbox == 'mmpose':
        return _of_mmpose(settings, size), mode
    image = torch.randint(0, 256, (3, size, size), dtype=torch.uint8)
    preprocessor = type_name(settings.get('data_preprocessor') or {})
    if preprocessor.startswith('Track'):
        return dict(inputs=[image[None]], data_samples=[_video_sample(size)]), mode
    data = dict(inputs=[image], data_samples=[_sample(preprocessor, size)])
    if not getattr(model, 'with_rpn', True):  # Fast R-CNN reads proposals from the dataset
        data['data_samples'][0].proposals = _regions()
    return data, mode


def _of_mmpretrain(
    model: Any, settings: Mapping[str, Any], size: int, mode: str
) -> tuple[dict, str]:
    from mmpretrain.models import BaseRetriever, BaseSelfSupervisor
    from mmpretrain.structures import DataSample

    samples = [DataSample().set_gt_label(0) for _ in range(IMAGES)]
    if not isinstance(model, BaseSelfSupervisor):
        shape = (IMAGES, 3, size, size)
        images = torch.randint(0, 256, shape, dtype=torch.uint8)
        mode = 'loss' if isinstance(model, BaseRetriever) else mode
        return dict(inputs=images, data_samples=samples), mode
    crops = next((p['num_crops'] for p in walk(settings) if 'num_crops' in p), [VIEWS])  # SwAV
    sides = [size // (i + 1) for i, count in enumerate(crops) for _ in range(count)]
    views = [torch.randint(0, 256, (IMAGES, 3, s, s), dtype=torch.uint8) for s in sides]
    # Momentum encoders read it; the runner of a training says it.
    MessageHub.get_current_instance().update_info('max_iters', 1)
    return dict(inputs=views, data_samples=samples), 'loss'


def _of_mmpose(settings: Mapping[str, Any], size: int) -> dict:
    """Return a person cut out, at the size that the head is made for if it is made for one."""
    from mmpose.structures import PoseDataSample

    head = settings['head']
    width = height = size
    if {'input_size', 'in_featuremap_size'} & head.keys():  # layers of the head are made for it
        sizes = (part['input_size'] for part in walk(head) if 'input_size' in part)
        width, height = next(sizes, (size, size))
    counts = (part[key] for part in walk(settings['head']) for key in ('num_joints', 'out_channels')
              if isinstance(part.get(key), int))  # fmt: skip
    side = torch.tensor([width, height]).numpy()
    sample = PoseDataSample(
        metainfo=dict(
            id=0,
            img_id=0,
            img_path='image.png',
            img_shape=(height, width),
            ori_shape=(height, width),
            input_size=(width, height),
            input_center=side / 2,
            input_scale=side,
            flip_indices=[*range(next(counts, 17))],
        )
    )
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0, width, height]]).numpy(), bbox_scores=torch.ones(1).numpy()
    )
    image = torch.randint(0, 256, (3, height, width), dtype=torch.uint8)
    return dict(inputs=[image], data_samples=[sample])


def _sample(preprocessor: str, size: int) -> Any:
    """Return the data sample of an image of MMDetection or MMSegmentation."""
    meta = dict(
        img_id=0,
        img_path='image.png',
        **dict.fromkeys(('img_shape', 'ori_shape', 'pad_shape'), (size, size)),
        scale_factor=(1.0, 1.0),
        flip=False,
        flip_direction=None,
        border=(0, size, 0, size),  # read by CenterNet
    )
    if preprocessor.startswith('Seg'):
        from mmseg.structures import SegDataSample

        return SegDataSample(metainfo=meta)
    from mmdet.structures import DetDataSample

    sample = DetDataSample(metainfo=meta)
    sample.gt_instances = _regions()
    return sample


def _regions() -> InstanceData:
    boxes = torch.tensor([[8.0, 8, 56, 56], [20, 30, 90, 110]])
    return InstanceData(bboxes=boxes, scores=torch.ones(2), labels=torch.zeros(2).long())


def _video_sample(size: int) -> Any:
    """Return the data sample of a video of one frame."""
    from mmdet.structures import TrackDataSample

    frame = _sample('Det', size)
    frame.set_metainfo(dict(frame_id=0, video_id=0, video_length=1, ori_video_length=1))
    video = TrackDataSample(metainfo=dict(video_length=1, ori_video_length=1))
    video.video_data_samples = [frame]
    return video
