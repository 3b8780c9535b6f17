"""Layout: who gets channels last, who gets back what he gave, and 1x1 convolutions as products."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from res2net_mm import build
from res2net_mm.acceleration.layout import is_pointwise, lay_out, lay_out_like, pointwise

TINY = 'res2net_light_14w_4s'


def lies_last(x: torch.Tensor) -> bool:
    return x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()


def test_pointwise_is_the_convolution():
    conv = nn.Conv2d(6, 4, 1, bias=False).double()
    x = torch.randn(2, 6, 5, 7).double().contiguous(memory_format=torch.channels_last)
    x.requires_grad_()
    found, expected = pointwise(x, conv.weight), conv(x)
    torch.testing.assert_close(found, expected)
    assert lies_last(found)
    wanted = [x, conv.weight]
    torch.testing.assert_close(
        *(torch.autograd.grad(y.sin().sum(), wanted) for y in (found, expected))
    )


@pytest.mark.parametrize(
    ('options', 'pointwise'),
    [
        (dict(kernel_size=1), True),
        (dict(kernel_size=1, stride=2), False),
        (dict(kernel_size=1, groups=2), False),
        (dict(kernel_size=1, padding=1), False),
        (dict(kernel_size=1, bias=True), False),
        (dict(kernel_size=3), False),
    ],
)
def test_what_is_pointwise(options, pointwise):
    conv, x = nn.Conv2d(4, 4, **dict(dict(bias=False), **options)), torch.randn(2, 4, 6, 6)
    assert is_pointwise(conv, lay_out(x)) is pointwise
    assert not is_pointwise(conv, x)


def test_only_what_onednn_computes_is_laid_out():
    x = torch.randn(2, 4, 6, 6)
    assert lies_last(lay_out(x))
    assert lay_out_like(lay_out(x), x).is_contiguous()
    assert lies_last(lay_out_like(lay_out(x), lay_out(x)))
    assert lay_out(x.double()).is_contiguous()
    assert lay_out(x.to('meta')).is_contiguous()
    with torch.autocast('cpu', torch.bfloat16):
        assert lay_out(x).is_contiguous()
    with torch.backends.mkldnn.flags(enabled=False):
        assert lay_out(x).is_contiguous()


def test_gradients_are_channels_last_again():
    x, layouts = lay_out(torch.randn(2, 4, 6, 6)).requires_grad_(), []
    y = x * 2
    y.register_hook(lambda gradient: layouts.append(lies_last(gradient)))
    lay_out_like(y, torch.randn(2, 3, 12, 12)).sin().sum().backward()
    assert layouts == [True]
    torch.testing.assert_close(x.grad, 2 * (2 * x.detach()).cos())


def test_transforms_of_functions_go_through():
    backbone, images = build(TINY), torch.randn(2, 3, 64, 64)

    def loss(parameters):
        with torch.no_grad():  # statistics may not be changed in place inside a transform
            buffers = {name: buffer.clone() for name, buffer in backbone.named_buffers()}
        features = torch.func.functional_call(backbone, (parameters, buffers), (images,))
        return sum(feature.mean() for feature in features)

    gradients = torch.func.grad(loss)(dict(backbone.named_parameters()))
    assert all(gradient.isfinite().all() for gradient in gradients.values())


@pytest.mark.parametrize('name', [TINY, 'dla60_res2net'])
def test_features_lie_as_the_images_do_and_are_those_of_the_other_layout(name, monkeypatch):
    backbone, images = build(name).eval(), torch.randn(1, 3, 64, 96)
    seen = []
    for block in backbone.blocks():
        block.register_forward_hook(lambda _, __, y: seen.append(lies_last(y)))
    found = backbone(images)
    assert seen
    assert all(seen)
    assert all(feature.is_contiguous() for feature in found)
    assert all(map(lies_last, backbone(lay_out(images))))
    monkeypatch.setattr('res2net_mm.acceleration.layout.has_a_choice', lambda x: False)
    seen.clear()
    for a, b in zip(found, backbone(images), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * b.abs().max().item())
    assert not any(seen)


def test_a_plugin_gets_what_it_can_flatten():
    class Flatten(nn.Module):
        def forward(self, x):
            return F.relu(x.view(*x.shape[:2], -1)).view(x.shape)

    block = next(iter(build(TINY).blocks()))
    block.plugins['after_conv2'] = Flatten()
    assert block(lay_out(torch.randn(1, block.conv1.in_channels, 8, 8))).shape[0] == 1
