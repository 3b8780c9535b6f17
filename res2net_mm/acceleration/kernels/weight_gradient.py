"""The gradient of the weights of a 3x3 convolution, channels last.

Two to four times as fast as oneDNN's where a core has AVX2 and the channels are few, as those of a
split are; a third faster still at 208 channels (see weight_gradient.c).
"""

from torch import Tensor

from .library import avx2_kernels


def weight_gradient(gradient: Tensor, x: Tensor, *, stride: int, dilation: int) -> Tensor:
    """Return the gradient of the weights (C', C, 3, 3) of a convolution padded by its dilation.

    Args:
        gradient: Of the output, (N, C', H', W'), float32 and channels last on the CPU, not empty.
        x: The input, (N, C, H, W), likewise.
        stride: Of both directions.
        dilation: Of both directions.

    Only where :func:`avx2_kernels` gives some.
    """
    n, c_in, h, w = x.shape
    _, c_out, h_out, w_out = gradient.shape
    sizes = n, h, w, h_out, w_out, c_out, c_in, stride, dilation
    weights = x.new_empty(c_out, c_in, 3, 3)
    scratch = x.new_empty(avx2_kernels().conv3x3_weight_gradient_scratch(*sizes))
    avx2_kernels().conv3x3_weight_gradient(
        gradient.data_ptr(), x.data_ptr(), *sizes, weights.data_ptr(), scratch.data_ptr()
    )
    return weights
