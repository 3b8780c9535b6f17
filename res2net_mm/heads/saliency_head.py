"""What heads of salient object detectors share: one channel, its losses and its size."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional as F

from res2net_mm.errors import UserError
from res2net_mm.registry import MODELS

#: Binary cross entropy summed over all pixels, as the papers have it.
SUMMED_BCE = dict(type='mmseg.CrossEntropyLoss', use_sigmoid=True, reduction='sum')


def resize_to(x: Tensor, size: Sequence[int]) -> Tensor:
    """Resize (N, C, H, W) to (N, C, *size), bilinearly."""
    return F.interpolate(x, size=tuple(size), mode='bilinear', align_corners=False)


class SaliencyHead(BaseModule):
    """A decode head of MMSegmentation's EncoderDecoder with one channel: how salient a pixel is.

    A subclass defines :meth:`outputs`, what is trained, and may define :meth:`merge`, what is
    predicted. The model's prediction is ``seg_logits``, a saliency map in 0..1, and its label map
    ``pred_sem_seg`` has 1 where that is above the threshold.

    Args:
        num_classes: 2, what is salient and the rest.
        threshold: Saliency above which a pixel is labelled salient.
        ignore_index: Label of the pixels that are not trained on, such as padding.
        loss_decode: Loss of each output, summed over them; MMSegmentation's for one channel.
        init_cfg: How the weights begin.

    Raises:
        UserError: If ``num_classes`` is not 2.
    """

    out_channels = 1
    align_corners = False

    def __init__(
        self,
        *,
        num_classes: int = 2,
        threshold: float = 0.5,
        ignore_index: int = 255,
        loss_decode: dict[str, Any] | None = None,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.01))
        if num_classes != 2:
            raise UserError(
                f'num_classes={num_classes}: a {type(self).__name__} tells salient pixels from '
                'others, 2 classes'
            )
        self.num_classes, self.threshold, self.ignore_index = num_classes, threshold, ignore_index
        self.loss_decode: nn.Module = MODELS.build(loss_decode or SUMMED_BCE)

    def outputs(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return the logits that are trained, (N, 1, h, w) each, of a backbone's features."""
        raise NotImplementedError

    def merge(self, outputs: list[Tensor]) -> Tensor:
        """Return the logits that are predicted, (N, 1, h, w), of those that are trained."""
        return outputs[0]

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Return the logits that are predicted, (N, 1, h, w), of a backbone's features."""
        return self.merge(self.outputs(features))

    def loss(
        self, features: Sequence[Tensor], batch_data_samples: Sequence[Any], train_cfg: Any
    ) -> dict[str, Tensor]:
        """Return the loss of each output against the masks of the samples, by name.

        ``gt_sem_seg`` of a sample is (1, H, W) of 0, 1 and the ignored label.
        """
        masks = torch.stack([sample.gt_sem_seg.data[0] for sample in batch_data_samples])
        losses = {}
        for i, output in enumerate(self.outputs(features)):
            logits = resize_to(output, masks.shape[1:])
            losses[f'loss_{i}'] = self.loss_decode(logits, masks, ignore_index=self.ignore_index)
        return losses

    def predict(
        self, features: Sequence[Tensor], batch_img_metas: Sequence[dict], test_cfg: Any
    ) -> Tensor:
        """Return the logits (N, 1, H, W) in the size of the padded images."""
        meta = batch_img_metas[0]
        # A window of slide inference has its own img_shape, a torch.Size.
        window = isinstance(meta['img_shape'], torch.Size)
        size = meta['img_shape'] if window else meta.get('pad_shape', meta['img_shape'])
        return resize_to(self.forward(features), size[:2])
