"""Turn a model of OpenMMLab into an exportable network, or refuse it with one error."""

from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.errors import UserError

from ..operators import Operators
from .ceil_pool import replace_ceil_pools
from .detector import Detector
from .exportable import Exportable, refuse
from .segmenter import Segmenter


class Features(Exportable):
    """A backbone, which takes normalised images and returns its feature maps.

    Args:
        backbone: The backbone, in evaluation mode.
    """

    task = 'features'

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.outputs = tuple(f'stage{i + 1}' for i in getattr(backbone, 'out_indices', range(4)))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W), normalised -> the feature maps of the stages, the finest first."""
        return tuple(self.backbone(image))

    def describe_io(self) -> dict[str, Any]:
        return dict(input='images, normalised by you as in training, float32 (N, 3, H, W)')


def make_exportable(model: nn.Module, operators: Operators) -> Exportable:
    """Return the exportable network of a model.

    Args:
        model: A backbone, a detector of MMDetection or a segmenter of MMSegmentation, in evaluation
            mode, fused or not. It is changed in place: poolings are replaced by equal ones, and
            weights become contiguous.
        operators: Non-maximum suppression and RoIAlign, in the form that the format needs.

    Raises:
        UserError: A part of the model cannot be exported. The message names it.
    """
    if model.training:
        raise UserError('a model in training mode cannot be exported: call model.eval() first')
    _refuse_compiled_operators(model)
    replace_ceil_pools(model)
    toolbox = _toolbox_of(model)
    made: Exportable
    if toolbox is None:
        made = Features(model)
    elif toolbox == 'mmdet':
        made = Detector(model, operators)
    elif toolbox == 'mmseg':
        made = Segmenter(model)
    else:
        raise refuse(f'model {type(model).__name__}', 'it is neither a detector nor a segmenter')
    # Other strides would be recorded as required.
    made.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload] # not in the stub
    return made.eval()


def _toolbox_of(model: nn.Module) -> str | None:
    """Return the package of the model's base class, None for a backbone."""
    for kind in type(model).__mro__:
        if kind.__name__ in ('BaseDetector', 'BaseSegmentor', 'BaseClassifier'):
            return kind.__module__.partition('.')[0]
    return None


def _refuse_compiled_operators(model: nn.Module) -> None:
    """Raise UserError if the model holds an operator of mmcv other than RoIAlign."""
    for name, module in model.named_modules():
        kind = type(module)
        if kind.__module__.startswith('mmcv.ops') and kind.__name__ != 'RoIAlign':
            raise refuse(
                f'{name} ({kind.__name__})',
                'it is an operator of mmcv that the formats do not have',
            )
