"""The pyramids written out literally, slowly, in NumPy: what the fast ones are held to."""

import literal_reference as literal
import numpy as np


def conv_module(x, module):
    """Convolution, norm and ReLU, the last two where the module has them."""
    y = literal.conv2d(x, module.conv)
    y = literal.norm(y, module.norm) if module.with_norm else y
    return literal.relu(y) if module.with_activation else y


def conv3x3(x, module):
    """1x1 where the channels change, hierarchical convolution, 1x1."""
    stride, chain = module.chain.stride, module.chain
    y = conv_module(x, module.reduce) if hasattr(module.reduce, 'conv') else x
    flow = dict(carry=stride == 1, pool_last=stride == 2, pass_last=chain.pass_last)
    return conv_module(literal.hierarchical(y, chain, stride=stride, **flow), module.fuse)


def nearest(x, size):
    rows, columns = (np.arange(to) * of // to for to, of in zip(size, x.shape[2:], strict=True))
    return x[:, :, rows][:, :, :, columns]


def bilinear(x, size):
    """With the centres of the corner cells half a cell inside the border."""
    for axis, to in zip((2, 3), size, strict=True):
        of = x.shape[axis]
        at = np.maximum((np.arange(to) + 0.5) * of / to - 0.5, 0)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, of - 1)
        share = (at - low).reshape([-1 if i == axis else 1 for i in range(4)])
        x = np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
    return x


def top_down(laterals, resize):
    merged = list(laterals)
    for i in reversed(range(len(merged) - 1)):
        merged[i] = merged[i] + resize(merged[i + 1], merged[i].shape[2:])
    return merged


def context(x, module):
    mean = x.mean(axis=(2, 3), keepdims=True)
    return conv3x3(x, module.chain) + conv_module(mean, module.mean_conv)


def fpn(inputs, neck):
    laterals = [conv_module(x, m) for x, m in zip(inputs, neck.lateral_convs, strict=True)]
    merged = top_down(laterals, nearest)
    return [conv3x3(x, m) for x, m in zip(merged, neck.fpn_convs, strict=False)]


def pafpn(inputs, neck):
    paths = fpn(inputs, neck)
    for i in range(1, len(paths)):
        paths[i] = paths[i] + conv3x3(paths[i - 1], neck.downsample_convs[i - 1])
    return paths[:1] + [conv3x3(x, m) for x, m in zip(paths[1:], neck.pafpn_convs, strict=True)]


def context_fpn(inputs, neck):
    laterals = [conv_module(x, m) for x, m in zip(inputs, neck.lateral_convs, strict=True)]
    laterals[-1] = context(laterals[-1], neck.context)
    merged = top_down(laterals, bilinear)
    return [conv3x3(x, m) for x, m in zip(merged, neck.fpn_convs, strict=True)]
