"""Layout: who gets channels last, who gets back what he gave, and 1x1 convolutions as products."""

import pytest
import torch

from res2net_mm import build
from res2net_mm.acceleration.layout import to_fast_layout, to_layout_of, to_planes

TINY = 'res2net_light_14w_4s'


def is_channels_last(x: torch.Tensor) -> bool:
    return x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()


def test_only_what_onednn_computes_gets_channels_last():
    x = torch.randn(2, 4, 6, 6)
    assert is_channels_last(to_fast_layout(x))
    assert to_layout_of(x, to_fast_layout(x)).is_contiguous()
    assert is_channels_last(to_layout_of(to_fast_layout(x), to_fast_layout(x)))
    assert to_fast_layout(x.double()).is_contiguous()
    assert to_fast_layout(x.to('meta')).is_contiguous()
    with torch.autocast('cpu', torch.bfloat16):
        assert to_fast_layout(x).is_contiguous()
    with torch.backends.mkldnn.flags(enabled=False):
        assert to_fast_layout(x).is_contiguous()


def test_gradients_are_channels_last_again():
    x, layouts = to_fast_layout(torch.randn(2, 4, 6, 6)).requires_grad_(), []
    y = x * 2
    y.register_hook(lambda gradient: layouts.append(is_channels_last(gradient)))
    to_layout_of(torch.randn(2, 3, 12, 12), y).sin().sum().backward()
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
        block.register_forward_hook(lambda _, __, y: seen.append(is_channels_last(y)))
    found = backbone(images)
    assert seen
    assert all(seen)
    assert all(feature.is_contiguous() for feature in found)
    assert all(map(is_channels_last, backbone(to_fast_layout(images))))
    monkeypatch.setattr('res2net_mm.acceleration.layout.uses_onednn', lambda x: False)
    seen.clear()
    for a, b in zip(found, backbone(images), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * b.abs().max().item())
    assert not any(seen)


@pytest.mark.parametrize('shape', [(1, 1, 1, 1), (2, 5, 1, 7), (3, 33, 6, 11), (1, 64, 40, 31)])
def test_the_transposing_kernel_changes_only_the_order(shape):
    x = torch.randn(shape).contiguous(memory_format=torch.channels_last)
    y = to_planes(x)
    assert y.is_contiguous()
    assert torch.equal(x, y)
