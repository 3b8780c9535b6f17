"""The block written out literally, slowly, in NumPy: what the fast one is held to."""

import numpy as np
from torch import nn


def conv2d(x: np.ndarray, conv: nn.Conv2d) -> np.ndarray:
    """A grouped, strided, dilated, padded convolution as a sum over every tap."""
    weight = conv.weight.detach().double().numpy()  # (O, C / groups, K, K)
    (s, _), (p, _), (d, _) = conv.stride, conv.padding, conv.dilation
    n, _, h, w = x.shape
    outputs, per_group, k, _ = weight.shape
    x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    out_h, out_w = (h + 2 * p - d * (k - 1) - 1) // s + 1, (w + 2 * p - d * (k - 1) - 1) // s + 1
    y = np.zeros((n, outputs, out_h, out_w))
    for o in range(outputs):
        first = o // (outputs // conv.groups) * per_group
        for c in range(per_group):
            for i in range(k):
                for j in range(k):
                    taps = x[:, first + c, i * d :, j * d :][:, ::s, ::s][:, :out_h, :out_w]
                    y[:, o] += weight[o, c, i, j] * taps
    return y if conv.bias is None else y + conv.bias.detach().double().numpy()[:, None, None]


def norm(x: np.ndarray, bn: nn.BatchNorm2d | nn.Identity) -> np.ndarray:
    """Batch norm with running statistics, or no norm."""
    if isinstance(bn, nn.Identity):
        return x
    mean, var, weight, bias = (
        t.detach().double().numpy()[:, None, None]
        for t in (bn.running_mean, bn.running_var, bn.weight, bn.bias)
    )
    return (x - mean) / np.sqrt(var + bn.eps) * weight + bias


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def avg_pool(x: np.ndarray, stride: int, padding: bool = True) -> np.ndarray:
    """Mean of 3x3 neighbourhoods, the zeros of the padding counted or not."""
    if not padding:
        return avg_pool(x, stride) / avg_pool(np.ones_like(x), stride)
    n, c, h, w = x.shape
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out_h, out_w = (h - 1) // stride + 1, (w - 1) // stride + 1
    y = np.zeros((n, c, out_h, out_w))
    for i in range(3):
        for j in range(3):
            y += x[:, :, i:, j:][:, :, ::stride, ::stride][:, :, :out_h, :out_w]
    return y / 9


def hierarchical(
    x: np.ndarray,
    layer,
    *,
    carry: bool,
    pool_last: bool,
    stride: int,
    pool_padding: bool = True,
    pass_last: bool = True,
) -> np.ndarray:
    """y_i = b_i(x_i + y_{i-1}) where the block carries, the last split passed or pooled or not."""
    splits = np.split(x, layer.scales, axis=1)
    outputs = []
    pass_last = pass_last and layer.scales > 1
    for i in range(layer.scales - 1 if pass_last else layer.scales):
        entering = splits[i] + outputs[i - 1] if carry and i > 0 else splits[i]
        outputs.append(relu(norm(conv2d(entering, layer.convs[i]), layer.bns[i])))
    if pass_last:
        outputs.append(avg_pool(splits[-1], stride, pool_padding) if pool_last else splits[-1])
    return np.concatenate(outputs, axis=1)


def paper_equation(x: np.ndarray, layer) -> np.ndarray:
    """Equation (1) of arXiv 1904.01169: y_1 = x_1, y_2 = K_2(x_2), y_i = K_i(x_i + y_{i-1})."""
    x_i = np.split(x, layer.scales, axis=1)
    y = [x_i[0]]
    for i in range(1, layer.scales):
        entering = x_i[i] + y[i - 1] if i > 1 else x_i[i]
        y.append(relu(norm(conv2d(entering, layer.convs[i - 1]), layer.bns[i - 1])))
    return np.concatenate(y, axis=1)
