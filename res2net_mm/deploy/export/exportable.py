"""From a model of OpenMMLab to a module of tensors alone, or one error that says why not."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .ceil_pool import replace_ceil_pools
from .dense_head import DenseBoxes
from .operators import Operators
from .pixels import Pixels
from .refusal import refuse, require_own_methods_of
from .two_stage import RegionBoxes

BOX_OUTPUTS = ('boxes', 'scores', 'labels')


class Exportable(nn.Module):
    """A network whose forward takes one tensor and returns a tuple of tensors.

    Attributes:
        task: detection, segmentation or features.
        outputs: The names of what it returns.
    """

    task: str
    outputs: Sequence[str]

    def described(self) -> dict:
        """Return what is known of input and output, for the metadata of a file."""
        raise NotImplementedError


class Features(Exportable):
    """A backbone alone, which takes normalised images.

    Args:
        backbone: It, in eval mode.
    """

    task = 'features'

    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.outputs = tuple(f'stage{i + 1}' for i in getattr(backbone, 'out_indices', range(4)))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, H, W), normalised -> the maps of the stages, coarser and coarser."""
        return tuple(self.backbone(image))

    def described(self) -> dict:
        return dict(input='images, normalised by you as in training, float32 (N, 3, H, W)')


class Detector(Exportable):
    """A detector of MMDetection whose boxes come out.

    Args:
        model: It, in eval mode.
        operators: What computes suppression and RoIAlign.
    """

    task = 'detection'
    outputs = BOX_OUTPUTS

    def __init__(self, model: nn.Module, operators: Operators) -> None:
        from mmdet.models.detectors import SingleStageDetector, TwoStageDetector

        super().__init__()
        two_stages = isinstance(model, TwoStageDetector)
        base = TwoStageDetector if two_stages else SingleStageDetector
        require_own_methods_of(base, model, 'model', ('predict', 'extract_feat'))
        self.pixels = Pixels(model.data_preprocessor)
        self.backbone = model.backbone
        self.neck = model.neck if model.with_neck else None
        if two_stages:
            if not model.with_rpn:
                raise refuse(f'model {type(model).__name__}', 'it has no rpn_head')
            rpn = model.rpn_head
            self.dense = DenseBoxes(rpn, rpn.test_cfg, operators, part='rpn_head')
            self.regions = RegionBoxes(model.roi_head, operators)
        else:
            head = model.bbox_head
            self.dense = DenseBoxes(head, head.test_cfg, operators, part='bbox_head')
            self.regions = None

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

    def described(self) -> dict:
        return dict(
            input='pixels 0..255, BGR, float32 (N, 3, H, W), resized as in testing, not normalised',
            output=(
                'boxes (N, K, 4) float32, x1, y1, x2, y2 in px of the input; scores (N, K) float32 '
                'and labels (N, K) int64, the best first, filled up with label -1 and score 0'
            ),
            inside=self.pixels.described(),
        )


class Segmenter(Exportable):
    """A segmenter of MMSegmentation whose labels come out.

    Args:
        model: It, in eval mode.
    """

    task = 'segmentation'
    outputs = ('labels',)

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        if model.test_cfg.get('mode', 'whole') != 'whole':
            raise refuse(
                f'test_cfg.mode={model.test_cfg.mode!r}',
                'a file takes an image whole: --cfg-options model.test_cfg.mode=whole',
            )
        own = ('predict', 'inference', 'whole_inference', 'postprocess_result')
        require_own_methods_of(_encoder_decoder(), model, 'model', own)
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

    def described(self) -> dict:
        return dict(
            input='pixels 0..255, BGR, float32 (N, 3, H, W), resized as in testing, not normalised',
            output='labels (N, H, W) int64, indices of the classes',
            inside=self.pixels.described(),
        )


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


def _encoder_decoder() -> type:
    from mmseg.models import EncoderDecoder

    return EncoderDecoder
