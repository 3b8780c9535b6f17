"""Normalise and pad images inside the exported network, which so takes plain pixels."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.openmmlab.internals import normalises, swaps_channels

from .exportable import ToolboxModule, refuse

PREPROCESSORS = ('DetDataPreprocessor', 'SegDataPreProcessor')


class Pixels(nn.Module):
    """Do what a data preprocessor of MMDetection or MMSegmentation does to images of one size.

    Args:
        preprocessor: The data preprocessor.

    Raises:
        UserError: It is of another kind, or pads to a fixed size.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, preprocessor: ToolboxModule) -> None:
        super().__init__()
        kind = type(preprocessor).__name__
        if kind not in PREPROCESSORS:
            raise refuse(f'data_preprocessor {kind}', f'allowed: {", ".join(PREPROCESSORS)}')
        self.swaps_channels = swaps_channels(preprocessor)
        self.register_buffer(
            'mean', preprocessor.mean.clone() if normalises(preprocessor) else torch.zeros(1)
        )
        self.register_buffer(
            'std', preprocessor.std.clone() if normalises(preprocessor) else torch.ones(1)
        )
        if kind == 'DetDataPreprocessor':
            self.multiple, self.fill = preprocessor.pad_size_divisor, preprocessor.pad_value
        else:
            padding = dict(preprocessor.test_cfg or {})
            if padding.get('size'):
                raise refuse(
                    f'data_preprocessor.test_cfg size={padding["size"]}',
                    'the file would take images of one size only; use size_divisor',
                )
            self.multiple, self.fill = padding.get('size_divisor') or 1, preprocessor.pad_val

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W), 0..255 -> normalised, H and W padded to the multiple."""
        if self.swaps_channels:
            image = image.flip(1)
        image = (image - self.mean.view(-1, 1, 1)) / self.std.view(-1, 1, 1)
        if self.multiple == 1:
            return image
        height, width = image.shape[2:]
        down, across = (
            (side + self.multiple - 1) // self.multiple * self.multiple - side
            for side in (height, width)
        )
        return F.pad(image, (0, across, 0, down), value=float(self.fill))

    def describe(self) -> dict[str, Any]:
        """Return a description of the preparation, for the metadata of a file."""
        return dict(
            mean=self.mean.flatten().tolist(),
            std=self.std.flatten().tolist(),
            order_normalised='rgb' if self.swaps_channels else 'bgr',
            padded_to_multiple_of=self.multiple,
        )
