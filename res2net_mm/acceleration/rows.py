"""Maps that lie channels last, as matrices of pixels and channels, and back."""

from collections.abc import Sequence

from torch import Tensor


def to_rows(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N * H * W, C); a view of what lies channels last, else a copy."""
    return x.permute(0, 2, 3, 1).contiguous().view(-1, x.shape[1])


def to_maps(rows: Tensor, shape: Sequence[int]) -> Tensor:
    """(N * H * W, C) -> (N, C, H, W), a view; ``shape`` gives N, H and W."""
    return rows.view(shape[0], *shape[2:], -1).permute(0, 3, 1, 2)
