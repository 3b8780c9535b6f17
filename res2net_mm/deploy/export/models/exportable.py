"""What all exportable networks share: their interface, their input, and how they refuse a part."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.internals import normalises, swaps_channels

ToolboxModule = Any  # an nn.Module of OpenMMLab, whose packages are published without types
PREPROCESSORS = ('DetDataPreprocessor', 'SegDataPreProcessor', 'ClsDataPreprocessor')


class Exportable(nn.Module):
    """A network whose forward takes one tensor and returns a tuple of tensors.

    Attributes:
        task: ``detection``, ``segmentation``, ``classification`` or ``features``.
        outputs: Names of the tensors that it returns.
    """

    task: str
    outputs: Sequence[str]

    def describe_io(self) -> dict[str, Any]:
        """Return a description of input and output, for the metadata of the file."""
        raise NotImplementedError


def refuse(part: str, why: str) -> UserError:
    """Return the error that names a part of the model and why it cannot be exported."""
    return UserError(f'{part} cannot be exported: {why}')


def require_own_methods_of(base: type, module: object, part: str, *names: str) -> None:
    """Check that a module is a ``base`` and overrides none of the methods that the export replaces.

    The export computes what the methods ``names`` of ``base`` compute, for a batch at once; what a
    subclass computes instead would be lost.

    Raises:
        UserError: The module is of another class, or overrides one of the methods. ``part`` names
            it.
    """
    kind = type(module)
    if not isinstance(module, base):
        raise refuse(f'{part} {kind.__name__}', f'it is not a {base.__name__}')
    for name in names:
        if getattr(kind, name) is not getattr(base, name):
            raise refuse(
                f'{part} {kind.__name__}',
                f'it overrides {name}() of {base.__name__}, which the export replaces',
            )


class Pixels(nn.Module):
    """Normalise and pad as a data preprocessor does, so that the exported file takes plain pixels.

    Raises:
        UserError: It is of another kind, or pads to a fixed size.
    """

    mean: Tensor
    std: Tensor
    takes = 'pixels 0..255, BGR, float32 (N, 3, H, W), resized as in testing, not normalised'

    def __init__(self, preprocessor: ToolboxModule) -> None:
        super().__init__()
        kind = type(preprocessor).__name__
        if kind not in PREPROCESSORS:
            raise refuse(f'data_preprocessor {kind}', f'allowed: {", ".join(PREPROCESSORS)}')
        self.swaps_channels = swaps_channels(preprocessor)
        used = normalises(preprocessor)
        self.register_buffer('mean', preprocessor.mean.clone() if used else torch.zeros(1))
        self.register_buffer('std', preprocessor.std.clone() if used else torch.ones(1))
        if kind != 'SegDataPreProcessor':
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
        down, across = (
            (side + self.multiple - 1) // self.multiple * self.multiple - side
            for side in image.shape[2:]
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
