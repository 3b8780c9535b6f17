"""Turn a model of OpenMMLab into an exportable network, or refuse it with one error."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.utils import _pair

from res2net_mm.errors import UserError, argument

from ..operators import Operators
from .boxes import DenseBoxes
from .exportable import Exportable, Pixels, ToolboxModule, refuse, require_own_methods_of
from .two_stage import RegionBoxes


def make_exportable(model: nn.Module, operators: Operators) -> Exportable:
    """Return the exportable network of a model.

    Args:
        model: A backbone, a detector of MMDetection, a segmenter of MMSegmentation or a classifier
            of MMPretrain, in evaluation mode, fused or not. It is changed in place: poolings are
            replaced by equal ones, and weights become contiguous.
        operators: Non-maximum suppression and RoIAlign, in the form that the format needs.

    Raises:
        UserError: A part of the model cannot be exported. The message names it.
    """
    if model.training:
        raise UserError('a model in training mode cannot be exported: call model.eval() first')
    for name, module in model.named_modules():
        kind = type(module)
        if kind.__module__.startswith('mmcv.ops') and kind.__name__ != 'RoIAlign':
            why = 'it is an operator of mmcv that the formats do not have'
            raise refuse(f'{name} ({kind.__name__})', why)
    replace_ceil_pools(model)
    toolbox = _toolbox_of(model)
    made: Exportable
    if toolbox is None:
        made = Features(model)
    elif toolbox == 'mmdet':
        made = Detector(model, operators)
    elif toolbox == 'mmseg':
        made = Segmenter(model)
    elif toolbox == 'mmpretrain':
        made = Classifier(model)
    else:
        why = 'it is neither a detector nor a segmenter nor a classifier'
        raise refuse(f'model {type(model).__name__}', why)
    # Other strides would be recorded as required.
    made.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload] # not in the stub
    return made.eval()


def _toolbox_of(model: nn.Module) -> str | None:
    """Return the package of the model's base class, None for a backbone."""
    for kind in type(model).__mro__:
        if kind.__name__ in ('BaseDetector', 'BaseSegmentor', 'BaseClassifier'):
            return kind.__module__.partition('.')[0]
    return None


class Features(Exportable):
    """A backbone, which takes normalised images and returns its feature maps."""

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


class Detector(Exportable):
    """A detector of MMDetection that takes pixels and returns boxes."""

    task = 'detection'
    outputs = ('boxes', 'scores', 'labels')

    def __init__(self, model: ToolboxModule, operators: Operators) -> None:
        from mmdet.models.detectors import SingleStageDetector, TwoStageDetector

        super().__init__()
        two_stages = isinstance(model, TwoStageDetector)
        base = TwoStageDetector if two_stages else SingleStageDetector
        require_own_methods_of(base, model, 'model', 'predict', 'extract_feat')
        if two_stages and not model.with_rpn:
            raise refuse(f'model {type(model).__name__}', 'it has no rpn_head')
        self.pixels = Pixels(model.data_preprocessor)
        self.backbone = model.backbone
        self.neck = model.neck if model.with_neck else None
        part = 'rpn_head' if two_stages else 'bbox_head'
        self.dense = DenseBoxes(getattr(model, part), operators, part)
        self.regions = RegionBoxes(model.roi_head, operators) if two_stages else None

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, 3, H, W), 0..255 -> (N, K, 4), (N, K), (N, K): boxes, scores, labels."""
        size = image.shape[2], image.shape[3]
        features = self.backbone(self.pixels(image))
        if self.neck is not None:
            features = self.neck(features)
        found = self.dense(features, size)
        if self.regions is not None:
            found = self.regions(features, found, size)
        there = found.scores >= 0
        return (
            torch.where(there[..., None], found.boxes, 0.0),
            torch.where(there, found.scores, 0.0),
            torch.where(there, found.labels, -1),
        )

    def describe_io(self) -> dict[str, Any]:
        return dict(
            input=Pixels.takes,
            output=(
                'boxes (N, K, 4) float32, x1, y1, x2, y2 in px of the input; scores (N, K) float32 '
                'and labels (N, K) int64, the best first; unused rows have label -1 and score 0'
            ),
            inside=self.pixels.describe(),
        )


class Segmenter(Exportable):
    """A segmenter of MMSegmentation that takes pixels and returns a label for each."""

    task = 'segmentation'
    outputs = ('labels',)

    def __init__(self, model: ToolboxModule) -> None:
        from mmseg.models import EncoderDecoder

        super().__init__()
        if model.test_cfg.get('mode', 'whole') != 'whole':
            raise refuse(
                f'test_cfg.mode={model.test_cfg.mode!r}',
                f'a file takes whole images: {argument("cfg_options")} model.test_cfg.mode=whole',
            )
        own = 'predict', 'inference', 'whole_inference', 'postprocess_result'
        require_own_methods_of(EncoderDecoder, model, 'model', *own)
        self.pixels = Pixels(model.data_preprocessor)
        self.model = model

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """(N, 3, H, W), 0..255 -> (N, H, W), int64."""
        height, width = image.shape[2:]
        inputs = self.pixels(image)
        shape = inputs.shape[2:]
        meta = dict(ori_shape=shape, img_shape=shape, pad_shape=shape, padding_size=[0] * 4)
        scores = self.model.encode_decode(inputs, [meta])[:, :, :height, :width]
        if scores.shape[1] > 1:
            return (scores.argmax(dim=1),)
        return ((scores[:, 0].sigmoid() > self.model.decode_head.threshold).long(),)

    def describe_io(self) -> dict[str, Any]:
        output = 'labels (N, H, W) int64, indices of the classes'
        return dict(input=Pixels.takes, output=output, inside=self.pixels.describe())


class Classifier(Exportable):
    """A classifier of MMPretrain that takes pixels and returns a score for each class."""

    task = 'classification'
    outputs = ('scores',)

    def __init__(self, model: ToolboxModule) -> None:
        from mmpretrain.models import ClsHead, ImageClassifier

        super().__init__()
        require_own_methods_of(ImageClassifier, model, 'model', 'predict', 'extract_feat')
        require_own_methods_of(ClsHead, model.head, 'head', 'predict', '_get_predictions')
        self.pixels = Pixels(model.data_preprocessor)
        self.model = model

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """(N, 3, H, W), 0..255 -> (N, K), the softmax over the classes."""
        return (self.model.head(self.model.extract_feat(self.pixels(image))).softmax(dim=1),)

    def describe_io(self) -> dict[str, Any]:
        output = 'scores (N, K) float32 of the classes, from 0 to 1; those of an image sum to 1'
        return dict(input=Pixels.takes, output=output, inside=self.pixels.describe())


class HalvingPool(nn.Module):
    """Average 2x2 pixels with stride 2; windows beyond the border average the pixels inside it.

    ``AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)`` computes the same, but a tracer
    cannot compare its output size with that of the strided convolutions beside it, so a network
    that holds it could be recorded for one size only.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, ceil(H / 2), ceil(W / 2))."""
        return F.avg_pool2d(F.pad(x, (0, 1, 0, 1), mode='replicate'), 2, 2)


def replace_ceil_pools(model: nn.Module) -> None:
    """Replace every average pooling that equals a :class:`HalvingPool` by one, in place."""
    for parent in model.modules():
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.AvgPool2d) and _halves(child):
                parent._modules[name] = HalvingPool().eval()


def _halves(pool: nn.AvgPool2d) -> bool:
    return (
        _pair(pool.kernel_size) == _pair(pool.stride) == (2, 2)
        and _pair(pool.padding) == (0, 0)
        and pool.ceil_mode
        and not pool.count_include_pad
        and pool.divisor_override is None
    )
