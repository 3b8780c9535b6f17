"""From a model of OpenMMLab to a module of tensors alone, or one error that says why not."""

import torch
from torch import nn

from res2net_mm.errors import UserError

from ..operators import Operators
from .ceil_pool import replace_ceil_pools
from .detector import Detector
from .exportable_base import Exportable
from .features import Features
from .refusal import refuse
from .segmenter import Segmenter


def exportable(model: nn.Module, operators: Operators) -> Exportable:
    """Return the module to export a model by.

    Args:
        model: A backbone, a detector of MMDetection or a segmenter of MMSegmentation, in eval mode,
            fused or not. Its weights and poolings are laid out anew: what comes out is what counts.
        operators: What computes suppression and RoIAlign in it.

    Raises:
        UserError: Names the part that cannot be exported.
    """
    if model.training:
        raise UserError('a model in training mode cannot be exported: call model.eval() first')
    _refuse_compiled_operators(model)
    replace_ceil_pools(model)
    home = next((k.__module__ for k in type(model).__mro__ if _is_base_model(k)), None)
    if home is None:
        made = Features(model)
    elif home.startswith('mmdet.'):
        made = Detector(model, operators)
    elif home.startswith('mmseg.'):
        made = Segmenter(model)
    else:
        raise refuse(f'model {type(model).__name__}', 'it is no detector and no segmenter')
    made.to(memory_format=torch.contiguous_format)  # what is recorded asks for no other
    return made.eval()


def _is_base_model(kind: type) -> bool:
    return kind.__name__ in ('BaseDetector', 'BaseSegmentor', 'BaseClassifier')


def _refuse_compiled_operators(model: nn.Module) -> None:
    """Raise UserError if there is an operator of mmcv's own, other than RoIAlign."""
    for name, module in model.named_modules():
        kind = type(module)
        if kind.__module__.startswith('mmcv.ops') and kind.__name__ != 'RoIAlign':
            raise refuse(
                f'{name} ({kind.__name__})',
                'it is an operator of mmcv that the formats do not have',
            )
