"""Run a whole model on a small image, to see that all its parts fit together."""

import copy
import gc
from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmengine.structures import InstanceData
from torch import nn

from res2net_mm.errors import UserError

from .places import type_name
from .pyramid import brief, build

# px; a DETR that proposes 900 boxes needs more cells than the first image has.
SIZES = (128, 256)


def check_swapped(original: Config, swapped: Config) -> None:
    """Raise UserError if the swapped model does not run where the original does."""
    try:
        run(swapped)
    except Exception as error:  # whatever the model raises is the reason
        try:
            run(original)
        except Exception:  # the fault is not the swap's, and the config may run elsewhere
            return
        raise UserError(f'the swapped model does not run: {brief(error)}') from error


def run(cfg: Config) -> None:
    """Build a config's model with random weights and predict on one random image.

    Heads that only train (``auxiliary_head``) run too. The first size is tried that all the model
    can do with.

    Raises:
        Exception: Whatever the model raises, at the last size.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    settings = copy.deepcopy(dict(cfg.model))
    if cfg.get('data_preprocessor') is not None:
        settings.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = build(_without_checkpoints(settings), scope)
    try:
        for size in SIZES:
            try:
                return _predict(model, type_name(settings.get('data_preprocessor') or {}), size)
            except RuntimeError:
                if size == SIZES[-1]:
                    raise
    finally:
        del model
        gc.collect()


@torch.no_grad()
def _predict(model: nn.Module, preprocessor: str, size: int) -> None:
    image = torch.randint(0, 256, (3, size, size), dtype=torch.uint8)
    if preprocessor.startswith('Track'):
        data = dict(inputs=[image[None]], data_samples=[_video_sample(size)])
    else:
        data = dict(inputs=[image], data_samples=[_sample(preprocessor, size)])
        if not getattr(model, 'with_rpn', True):  # Fast R-CNN reads proposals from the dataset
            data['data_samples'][0].proposals = _proposals()
    model.test_step(copy.copy(data))
    heads = getattr(model, 'auxiliary_head', None)
    if heads is not None:
        maps = model.extract_feat(model.data_preprocessor(data, False)['inputs'].float())
        for head in heads if isinstance(heads, nn.ModuleList) else [heads]:
            head(maps)


def _sample(preprocessor: str, size: int) -> Any:
    """Return what a dataset says of an image."""
    meta = dict(
        img_id=0,
        img_path='image.png',
        img_shape=(size, size),
        ori_shape=(size, size),
        pad_shape=(size, size),
        scale_factor=(1.0, 1.0),
        flip=False,
        flip_direction=None,
        border=(0, size, 0, size),  # CenterNet's
    )
    if preprocessor.startswith('Seg'):
        from mmseg.structures import SegDataSample

        return SegDataSample(metainfo=meta)
    from mmdet.structures import DetDataSample

    return DetDataSample(metainfo=meta)


def _proposals() -> InstanceData:
    boxes = torch.tensor([[8.0, 8, 56, 56], [20, 30, 90, 110]])
    return InstanceData(bboxes=boxes, scores=torch.ones(2), labels=torch.zeros(2).long())


def _video_sample(size: int) -> Any:
    """Return what a dataset says of a video of one frame."""
    from mmdet.structures import TrackDataSample

    frame = _sample('Det', size)
    frame.set_metainfo(dict(frame_id=0, video_id=0, video_length=1, ori_video_length=1))
    video = TrackDataSample(metainfo=dict(video_length=1, ori_video_length=1))
    video.video_data_samples = [frame]
    return video


def _without_checkpoints(settings: Any) -> Any:
    """Return settings that load no file: a teacher's checkpoint goes."""
    if isinstance(settings, Mapping):
        return type(settings)(
            (key, None if str(key).endswith('_ckpt') else _without_checkpoints(value))
            for key, value in settings.items()
        )
    if isinstance(settings, list):
        return [_without_checkpoints(value) for value in settings]
    return settings
