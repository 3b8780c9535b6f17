"""Run a whole model on a small image, to see that all its parts fit together."""

import copy
import gc
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.structures import InstanceData
from torch import nn

from res2net_mm.errors import UserError, brief

from .origin import loads
from .places import type_name
from .pyramid import build

# Pixels, and what the model is asked for. DINO, which proposes 900 boxes, needs more cells than the
# first image has, and DDOD's deformable 3x3 a coarsest map of 3 x 3; QueryInst cannot paste the
# masks of boxes that random weights find off the image.
ATTEMPTS = ((128, 'predict'), (256, 'predict'), (384, 'predict'), (128, 'tensor'))
REGIONS = 20  # of an image, at most, that a head goes on with


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
    """Build a config's model with random weights and run it whole on one random image.

    Heads that only train (``auxiliary_head``) run too.

    Raises:
        Exception: Whatever the model raises, in the last of :data:`ATTEMPTS`.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    settings = copy.deepcopy(dict(cfg.model))
    if cfg.get('data_preprocessor') is not None:
        settings.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = build(_quick(settings), scope)
    try:
        with _quiet():
            model.init_weights()  # Sparse R-CNN's first boxes are no boxes before
        preprocessor = type_name(settings.get('data_preprocessor') or {})
        for size, mode in ATTEMPTS:
            try:
                return _forward(model, preprocessor, size, mode)
            except RuntimeError:
                if (size, mode) == ATTEMPTS[-1]:
                    raise
    finally:
        del model
        gc.collect()


@torch.no_grad()
def _forward(model: nn.Module, preprocessor: str, size: int, mode: str) -> None:
    image = torch.randint(0, 256, (3, size, size), dtype=torch.uint8)
    if preprocessor.startswith('Track'):
        data = dict(inputs=[image[None]], data_samples=[_video_sample(size)])
    else:
        data = dict(inputs=[image], data_samples=[_sample(preprocessor, size)])
        if not getattr(model, 'with_rpn', True):  # Fast R-CNN reads proposals from the dataset
            data['data_samples'][0].proposals = _regions()
    data = model.data_preprocessor(data, False)
    model(**data, mode=mode)
    heads = getattr(model, 'auxiliary_head', None)
    if heads is not None:
        maps = model.extract_feat(data['inputs'])
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

    sample = DetDataSample(metainfo=meta)
    sample.gt_instances = _regions()
    return sample


def _regions() -> InstanceData:
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


def _quick(settings: Any) -> Any:
    """Return settings that load no file, need one process, and go on with few RPN regions."""
    if isinstance(settings, list):
        return [_quick(value) for value in settings]
    if not isinstance(settings, Mapping):
        return settings
    quick = type(settings)((key, _quick(value)) for key, value in settings.items())
    for key, value in settings.items():
        if key == 'type' and value == 'MMSyncBN':  # it wants a group of processes to be built
            quick[key] = 'BN'
        elif key in ('teacher_ckpt', 'pretrained') or (key == 'init_cfg' and loads(value)):
            quick[key] = None
        elif key == 'test_cfg' and isinstance(value, Mapping) and value.get('rpn'):
            for part in filter(None, (quick[key]['rpn'], quick[key].get('rcnn'))):
                if isinstance(part, Mapping) and 'max_per_img' in part:
                    part['max_per_img'] = min(part['max_per_img'], REGIONS)
    return quick


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep MMEngine from naming every tensor it initialises, while it lasts."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
