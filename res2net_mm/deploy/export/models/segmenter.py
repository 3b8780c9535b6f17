"""A segmenter of MMSegmentation as an exportable network."""

from typing import Any

from torch import Tensor

from res2net_mm.errors import argument

from .exportable import Exportable, ToolboxModule, refuse, require_own_methods_of
from .pixels import Pixels


class Segmenter(Exportable):
    """A segmenter of MMSegmentation that takes pixels and returns a label for each.

    Args:
        model: The segmenter, in evaluation mode.

    Raises:
        UserError: The segmenter or its test mode cannot be exported.
    """

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
        own = ('predict', 'inference', 'whole_inference', 'postprocess_result')
        require_own_methods_of(EncoderDecoder, model, 'model', own)
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
        return dict(
            input='pixels 0..255, BGR, float32 (N, 3, H, W), resized as in testing, not normalised',
            output='labels (N, H, W) int64, indices of the classes',
            inside=self.pixels.describe(),
        )
