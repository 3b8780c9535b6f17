"""Average pooling that rounds sizes up, in a form whose output size can be traced."""

import torch.nn.functional as F
from torch import Tensor, nn


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
    kernel, stride, padding = (_pair(n) for n in (pool.kernel_size, pool.stride, pool.padding))
    return (
        kernel == stride == (2, 2)
        and padding == (0, 0)
        and pool.ceil_mode
        and not pool.count_include_pad
        and pool.divisor_override is None
    )


def _pair(n: int | tuple[int, ...]) -> tuple[int, ...]:
    return (n, n) if isinstance(n, int) else tuple(n)
