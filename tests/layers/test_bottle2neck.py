import literal_reference as literal
import numpy as np
import pytest
import torch
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.layers import BLOCK_RULES, Bottle2neck, build_shortcut, split_flow

NORM = dict(type='BN')


def make_block(*, stride=1, first=True, style='pytorch', block_rule='official', **more):
    shortcut = build_shortcut(8, 16, stride=stride, avg_down=False, norm_cfg=NORM)
    return Bottle2neck(
        8,
        16,
        3,
        4,
        first=first,
        block_rule=block_rule,
        stride=stride,
        style=style,
        shortcut=shortcut,
        **more,
    )


def literal_block(x, block, *, first, block_rule):
    stride = block.convs[0].stride[0]
    flow = split_flow(block_rule, first=first, stride=stride)._asdict()
    y = literal.relu(literal.norm(literal.conv2d(x, block.conv1), block.bn1))
    y = literal.hierarchical(y, block, stride=stride, **flow)
    y = literal.norm(literal.conv2d(y, block.conv3), block.bn3)
    conv, norm = block.downsample
    return literal.relu(y + literal.norm(literal.conv2d(x, conv), norm))


@pytest.mark.parametrize('block_rule', BLOCK_RULES)
@pytest.mark.parametrize(('first', 'stride'), [(True, 2), (True, 1), (False, 1)])
@pytest.mark.parametrize('style', ['pytorch', 'caffe'])
def test_equals_the_literal_reference(randomised, block_rule, first, stride, style):
    block = randomised(make_block(stride=stride, first=first, style=style, block_rule=block_rule))
    x = torch.randn(2, 8, 7, 9, dtype=torch.float64)
    with torch.no_grad():
        got = block(x).numpy()
    want = literal_block(x.numpy(), block, first=first, block_rule=block_rule)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_block_rule_can_be_set_later(randomised):
    block, other = randomised(make_block(block_rule='official')), make_block(block_rule='mmdet')
    x = torch.randn(1, 8, 6, 6, dtype=torch.float64)
    randomised(other).load_state_dict(block.state_dict())
    assert not torch.equal(block(x), other(x))
    block.set_block_rule('mmdet')
    assert torch.equal(block(x), other(x))


@pytest.mark.parametrize(('style', 'strided'), [('pytorch', 'convs'), ('caffe', 'conv1')])
def test_style_says_where_the_stride_sits(style, strided):
    block = make_block(stride=2, style=style)
    strides = dict(conv1=block.conv1.stride[0], convs=block.convs[0].stride[0])
    assert strides.pop(strided) == 2
    assert set(strides.values()) == {1}


@pytest.mark.parametrize('position', ['after_conv1', 'after_conv2', 'after_conv3'])
def test_plugins_sit_where_they_are_told(position):
    plugin = dict(cfg=dict(type='ContextBlock', ratio=0.25, postfix='_1'), position=position)
    block = make_block(plugins=[plugin])
    assert list(block.plugins) == [position]
    block(torch.randn(2, 8, 6, 6)).sum().backward()
    assert all(p.grad is not None for p in block.parameters())


@pytest.mark.parametrize(
    ('arguments', 'named'),
    [
        (dict(style='tensorflow'), "style='tensorflow'"),
        (dict(block_rule='d2'), "block_rule='d2'"),
        (dict(se=0), 'se=0'),
        (dict(plugins=[dict(cfg=dict(type='ContextBlock'), position='end')]), "position='end'"),
    ],
)
def test_refuses_unknown_values(arguments, named):
    with pytest.raises(UserError, match=named):
        make_block(**arguments)


@pytest.mark.parametrize('mode', ['train', 'eval'])
def test_gradcheck(randomised, mode):
    block = randomised(make_block(first=False)).train(mode == 'train')
    x = torch.randn(2, 8, 5, 6, dtype=torch.float64, requires_grad=True)

    def run(x, *parameters):
        state = dict(zip(dict(block.named_parameters()), parameters, strict=True))
        state.update({name: buffer.clone() for name, buffer in block.named_buffers()})
        return torch.func.functional_call(block, state, (x,))

    assert torch.autograd.gradcheck(run, (x, *block.parameters()), fast_mode=True)


def test_no_shortcut_where_the_input_can_be_added():
    assert build_shortcut(8, 8, stride=1, avg_down=True, norm_cfg=NORM) is None


@pytest.mark.parametrize('stride', [1, 2])
@pytest.mark.parametrize('avg_down', [True, False])
def test_shape_and_order_of_a_shortcut(stride, avg_down):
    shortcut = build_shortcut(8, 12, stride=stride, avg_down=avg_down, norm_cfg=NORM)
    kinds = [nn.Identity if stride == 1 else nn.AvgPool2d] if avg_down else []
    assert [type(layer) for layer in shortcut] == [*kinds, nn.Conv2d, nn.BatchNorm2d]
    assert shortcut(torch.randn(2, 8, 7, 9)).shape == (2, 12, -(-7 // stride), -(-9 // stride))


def test_avg_down_loses_no_pixel():
    pooled, strided = (
        build_shortcut(1, 1, stride=2, avg_down=avg_down, norm_cfg=NORM).eval()
        for avg_down in (True, False)
    )
    x = torch.randn(1, 1, 6, 6, requires_grad=True)
    for shortcut, read in ((pooled, 36), (strided, 9)):
        (gradient,) = torch.autograd.grad(shortcut(x).sum(), x)
        assert gradient.count_nonzero() == read
