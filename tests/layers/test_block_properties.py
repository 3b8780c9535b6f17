"""The block against its literal reference, whatever its numbers are, and what holds of any."""

import literal_reference as literal
import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from res2net_mm.layers import BLOCK_RULES, Bottle2neck, build_shortcut, split_flow
from res2net_mm.layers.bottle2neck import STYLES

NORM = dict(type='BN')


@st.composite
def blocks(draw):
    """Arguments of a block, and a seed for its weights."""
    groups = draw(st.integers(1, 3))
    stride = draw(st.sampled_from([1, 1, 2, 3]))
    return dict(
        width=groups * draw(st.integers(1, 3)),
        scales=draw(st.integers(1, 5)),
        groups=groups,
        stride=stride,
        dilation=draw(st.integers(1, 3)),
        first=stride > 1 or draw(st.booleans()),
        block_rule=draw(st.sampled_from(BLOCK_RULES)),
        style=draw(st.sampled_from(STYLES)),
    )


@st.composite
def images(draw):
    """Images (N, 6, H, W) in float64."""
    shape = draw(st.integers(1, 3)), 6, draw(st.integers(1, 9)), draw(st.integers(1, 9))
    seed = torch.Generator().manual_seed(draw(st.integers(0, 99)))
    return torch.randn(shape, generator=seed, dtype=torch.float64)


def build(arguments: dict) -> Bottle2neck:
    torch.manual_seed(0)
    shortcut = build_shortcut(6, 8, stride=arguments['stride'], avg_down=False, norm_cfg=NORM)
    block = Bottle2neck(6, 8, shortcut=shortcut, **arguments).double().eval()
    for norm in block.modules():
        if isinstance(norm, nn.BatchNorm2d):
            nn.init.uniform_(norm.weight, 0.5, 1.5)
            nn.init.normal_(norm.running_mean)
            nn.init.uniform_(norm.running_var, 0.5, 1.5)
    return block


@torch.no_grad()
def run(block: nn.Module, x: torch.Tensor) -> np.ndarray:
    return block(x).numpy()


@given(blocks(), images())
def test_any_block_equals_the_literal_reference(arguments, x):
    block = build(arguments)
    stride = block.convs[0].stride[0]
    flow = split_flow(arguments['block_rule'], first=arguments['first'], stride=stride)
    y = literal.relu(literal.norm(literal.conv2d(x.numpy(), block.conv1), block.bn1))
    y = literal.hierarchical(y, block, stride=stride, **flow._asdict())
    y = literal.norm(literal.conv2d(y, block.conv3), block.bn3)
    conv, norm = block.downsample
    want = literal.relu(y + literal.norm(literal.conv2d(x.numpy(), conv), norm))
    np.testing.assert_allclose(run(block, x), want, rtol=0, atol=1e-11)


@given(blocks(), images(), st.randoms())
def test_images_of_a_batch_know_nothing_of_each_other(arguments, x, random):
    block, order = build(arguments), list(range(len(x)))
    random.shuffle(order)
    whole = run(block, x)
    np.testing.assert_allclose(run(block, x[order]), whole[order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(run(block, x[:1]), whole[:1], rtol=0, atol=1e-12)


@given(blocks(), images(), st.sampled_from(BLOCK_RULES))
def test_a_rule_set_later_is_the_rule_built_with(arguments, x, rule):
    block = build(arguments)
    block.set_block_rule(rule)
    np.testing.assert_array_equal(run(block, x), run(build({**arguments, 'block_rule': rule}), x))


@given(blocks(), images())
def test_the_map_is_divided_by_the_stride_rounded_up(arguments, x):
    stride, (n, _, height, width) = arguments['stride'], x.shape
    assert run(build(arguments), x).shape == (n, 8, -(-height // stride), -(-width // stride))
