"""Squeeze-and-excitation: weigh the channels by their averages over the image."""

from torch import Tensor, nn

from res2net_mm.errors import UserError


class SqueezeExcite(nn.Module):
    """Scale each channel by a sigmoid gate computed from the global average of all channels.

    Args:
        channels: Channels C of the (N, C, H, W) input and output.
        reduction: The gate's hidden layer has ``channels // reduction`` channels.

    Source: Hu et al., arXiv 1709.01507.
    """

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise UserError(f'se={reduction} must lie between 1 and the {channels} channels')
        self.fc1 = nn.Conv2d(channels, channels // reduction, 1)
        self.relu = nn.ReLU(inplace=True)
        self.fc2 = nn.Conv2d(channels // reduction, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        gate = x.mean((2, 3), keepdim=True)  # (N, C, 1, 1)
        return x * self.fc2(self.relu(self.fc1(gate))).sigmoid()
