"""Run a whole model on a small image, to check that its parts fit together."""

import copy
import gc
import logging
from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from torch import nn

from res2net_mm.errors import UserError, brief
from res2net_mm.openmmlab.edit import walk
from res2net_mm.openmmlab.pretrained import loading_entries

from .model_inputs import inputs_of
from .pyramid import build

# Height and width of the image in px, and the mode of the forward pass. DINO proposes 900 boxes and
# needs as many cells; DDOD's deformable 3x3 needs a coarsest map of 3 x 3; QueryInst cannot paste
# masks of boxes outside the image, as random weights give them.
ATTEMPTS = ((128, 'predict'), (256, 'predict'), (384, 'predict'), (128, 'tensor'))
REGIONS = 20  # the most regions of an image that the heads read


def check_swapped(original: Config, swapped: Config) -> None:
    """Raise UserError if the swapped model does not run where the original does."""
    try:
        run(swapped)
    except Exception as error:  # a model may raise anything
        try:
            run(original)
        except Exception:  # not a fault of the swap
            return
        raise UserError(f'the swapped model does not run: {brief(error)}') from error


def run(cfg: Config) -> None:
    """Build a config's model with random weights and run it on one random image.

    Heads that are used in training only (``auxiliary_head``) are run as well. What the model raises
    in the last of :data:`ATTEMPTS` is raised.
    """
    scope = cfg.get('default_scope') or 'mmengine'
    settings = dict(cfg.model)
    if cfg.get('data_preprocessor') is not None:
        settings.setdefault('data_preprocessor', cfg.data_preprocessor)
    model: Any = build(_quick(settings), scope)
    logger = MMLogger.get_current_instance()
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)  # a line for each tensor otherwise
        model.init_weights()  # before it Sparse R-CNN's first boxes are invalid
        logger.setLevel(level)
        for size, mode in ATTEMPTS:
            try:
                return _forward(model, settings, size, mode)
            except RuntimeError:
                if (size, mode) == ATTEMPTS[-1]:
                    raise
    finally:
        logger.setLevel(level)
        del model
        gc.collect()


@torch.no_grad()
def _forward(model: Any, settings: Mapping[str, Any], size: int, mode: str) -> None:
    data, mode = inputs_of(model, settings, size, mode)
    data = model.data_preprocessor(data, False)
    model(**data, mode=mode)
    heads = getattr(model, 'auxiliary_head', None)
    if heads is not None:
        maps = model.extract_feat(data['inputs'])
        for head in heads if isinstance(heads, nn.ModuleList) else [heads]:
            head(maps)


def _quick(settings: Any) -> Any:
    """Return settings that load no file, need one process, and keep few regions of an RPN."""
    settings = copy.deepcopy(settings)
    for part in walk(settings):
        if part.get('type') == 'MMSyncBN':  # cannot be built without a process group
            part['type'] = 'BN'
        for key in ('teacher_ckpt', 'pretrained'):
            if key in part:
                part[key] = None
        if loading_entries(part):
            part['init_cfg'] = None
        test = part.get('test_cfg')
        if isinstance(test, Mapping) and test.get('rpn'):
            for stage in (test['rpn'], test.get('rcnn')):
                if isinstance(stage, dict) and 'max_per_img' in stage:
                    stage['max_per_img'] = min(stage['max_per_img'], REGIONS)
    return settings
