"""A backbone as a module of tensors alone."""

from torch import Tensor, nn

from .exportable_base import Exportable


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
