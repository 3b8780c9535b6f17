"""Parameters and multiply-adds of a whole model, counted as the published tables count them.

The GFLOPs of the published detectors are those of mmcv 1's counter: a multiply-add of a convolution
or linear layer is one (a transposed convolution's is taken for one per output, as if each gathered
every input), a bias one per output, a norm two per element, an activation or pooling one.
Parameters are those that train, without the frozen stem and first stage. A detector of two stages
gets 1000 proposals and draws 100 masks.

Everything runs on PyTorch's meta device: shapes are computed, values are not, so that it takes
seconds and little memory.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.checks import require_parts
from res2net_mm.openmmlab.config import ConfigErrors

PROPOSALS, MASKS = 1000, 100
SIZE = (800, 1280)  # (H, W) in px, of the published tables
NORMS = (nn.modules.batchnorm._BatchNorm, nn.GroupNorm)
ONES = (nn.ReLU, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d)  # one per element they read
COUNTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear, *NORMS, *ONES)


class Complexity(NamedTuple):
    """Trainable parameters in millions, and GFLOPs for one image."""

    params: float
    gflops: float


def measure_complexity(cfg: Config, size: tuple[int, int] = SIZE) -> Complexity:
    """Build the model of a config and count its operations for one image of ``size`` (H, W).

    Raises:
        UserError: The config builds no model, or one that does not run, or holds an operation
            whose shapes cannot be computed without values.
    """
    require_parts(cfg, 'model')
    if min(size) < 1:
        raise UserError(f'size must be height and width in px, 1 or more, got {tuple(size)}')
    with (
        ConfigErrors(cfg, 'cannot be counted'),
        DefaultScope.overwrite_default_scope(cfg.get('default_scope')),
        torch.device('meta'),
        torch.no_grad(),
    ):
        model = MODELS.build(cfg.model).eval()
        image = torch.empty(1, 3, *size)
        try:
            if hasattr(model, 'roi_head'):
                flops = _count_two_stages(model, image)
            else:
                flops = _count(model.modules(), lambda: model(image, mode='tensor'))
        except RuntimeError as error:  # as from deformable convolutions
            if 'meta' not in str(error):
                raise
            raise UserError(f'this model cannot be counted by shapes alone: {error}') from error
    params = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return Complexity(params / 1e6, flops / 1e9)


def _count(modules: Iterable[nn.Module], run: Callable[[], object]) -> int:
    """Return the number of operations of these modules in a run."""
    operations = 0

    def count(module: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal operations
        if isinstance(module, ONES):
            operations += inputs[0].numel()
        elif isinstance(module, NORMS):
            operations += 2 * inputs[0].numel()
        else:
            operations += output.numel() * (module.weight[0].numel() + (module.bias is not None))

    with ExitStack() as hooks:
        for module in modules:
            if isinstance(module, COUNTED):
                hooks.enter_context(module.register_forward_hook(count))
        run()
    return operations


def _count_two_stages(model: Any, image: Tensor) -> int:
    """Return the number of operations of a detector with region proposals."""
    for module in model.modules():
        if hasattr(module, 'roi_layers'):
            module.forward = partial(_region_features, module)
    mask_head = getattr(model.roi_head, 'mask_head', None)
    masks = set(mask_head.modules()) if mask_head else set()
    features = model.extract_feat(image)

    def boxes() -> None:
        model.rpn_head(model.extract_feat(image))
        if hasattr(model, 'semantic_head'):
            model.semantic_head(features)
        _second_stage(model, features, PROPOSALS)

    operations = _count((m for m in model.modules() if m not in masks), boxes)
    return operations + _count(masks, lambda: _second_stage(model, features, MASKS))


def _region_features(extractor: Any, maps: Any, rois: Tensor, *_: Any, **__: Any) -> Tensor:
    """Return empty features in the shape of those that an extractor returns."""
    size = extractor.roi_layers[0].output_size
    return maps[0].new_empty(len(rois), extractor.out_channels, *size)


def _second_stage(model: Any, features: tuple[Tensor, ...], proposals: int) -> None:
    from mmdet.structures import DetDataSample
    from mmengine.structures import InstanceData

    shape = tuple(4 * n for n in features[0].shape[-2:])
    sample = DetDataSample(metainfo=dict(img_shape=shape, batch_input_shape=shape))
    boxes, labels = torch.empty(proposals, 4), torch.empty(proposals, dtype=torch.long)
    model.roi_head(features, [InstanceData(bboxes=boxes, labels=labels)], [sample])
