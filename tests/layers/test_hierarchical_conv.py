import literal_reference as literal
import numpy as np
import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.layers import HierarchicalConv

FLOWS = [
    dict(carry=True, pool_last=False),
    dict(carry=False, pool_last=False),
    dict(carry=False, pool_last=True),
    dict(carry=False, pool_last=True, stride=2),
    dict(carry=False, pool_last=True, pool_padding=False, stride=2),
    dict(carry=True, pass_last=False, pool_last=False),
    dict(carry=False, pass_last=False, pool_last=False, stride=2),
]


@pytest.mark.parametrize('scales', [1, 2, 4, 6])
@pytest.mark.parametrize('flow', FLOWS)
@pytest.mark.parametrize('groups', [1, 3])
@pytest.mark.parametrize('dilation', [1, 2])
def test_equals_the_literal_reference(randomised, scales, flow, groups, dilation):
    layer = randomised(HierarchicalConv(6, scales, groups=groups, dilation=dilation, **flow))
    x = torch.randn(2, 6 * scales, 9, 7, dtype=torch.float64)
    with torch.no_grad():
        got = layer(x).numpy()
    want = literal.hierarchical(x.numpy(), layer, **{**dict(stride=1), **flow})
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize('pass_last', [True, False])
def test_without_norms_and_with_a_dilation_for_each_branch(randomised, pass_last):
    dilations = (1, 2, 4)[: 3 - pass_last]
    layer = randomised(
        HierarchicalConv(2, 3, dilation=dilations, pass_last=pass_last, norm_cfg=None)
    )
    assert all(conv.bias is not None for conv in layer.convs)
    x = torch.randn(2, 6, 9, 7, dtype=torch.float64)
    with torch.no_grad():
        got = layer(x).numpy()
    want = literal.hierarchical(
        x.numpy(), layer, carry=True, pool_last=False, pass_last=pass_last, stride=1
    )
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


def test_is_the_papers_equation_up_to_channel_order(randomised):
    layer = randomised(HierarchicalConv(3, 4))
    x = torch.randn(1, 12, 5, 6, dtype=torch.float64)
    first_split_last = torch.cat([x[:, 3:], x[:, :3]], dim=1)
    with torch.no_grad():
        got = layer(first_split_last).numpy()
    want = literal.paper_equation(x.numpy(), layer)
    np.testing.assert_allclose(got, np.roll(want, -3, axis=1), rtol=0, atol=1e-12)


def test_each_split_sees_one_convolution_more(randomised):
    layer = randomised(HierarchicalConv(2, 4))
    for norm in layer.bns:
        norm.bias.data.fill_(100)  # far from the ReLU's zero: no pixel is hidden
    x = torch.randn(1, 8, 15, 15, dtype=torch.float64, requires_grad=True)
    for i, width in enumerate((3, 5, 7, 1)):  # of the receptive field
        (gradient,) = torch.autograd.grad(layer(x)[:, 2 * i : 2 * i + 2, 7, 7].sum(), x)
        columns = gradient.abs().sum((0, 1, 2)).nonzero().flatten()
        assert columns.tolist() == list(range(7 - width // 2, 8 + width // 2))


@pytest.mark.parametrize('flow', FLOWS)
def test_gradients(flow):
    layer = HierarchicalConv(2, 3, **flow).double().eval()
    x = torch.randn(1, 6, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))


@pytest.mark.parametrize(
    ('arguments', 'named'),
    [
        (dict(width=6, scales=0), 'scales=0'),
        (dict(width=6, scales=4, groups=4), 'groups=4'),
        (dict(width=0, scales=4), 'width=0'),
        (dict(width=6, scales=4, stride=2), 'stride=2'),
        (dict(width=6, scales=4, dilation=(1, 2, 4, 8)), r'dilation=\(1, 2, 4, 8\)'),
    ],
)
def test_refuses_what_cannot_be_built(arguments, named):
    with pytest.raises(UserError, match=named):
        HierarchicalConv(**arguments)
