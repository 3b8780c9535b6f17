"""The norms of a step beside autograd: sums over pixels become gradients of the parameters."""

import pytest
import torch
from torch import nn

from res2net_mm.acceleration.kernels import batch_norm
from res2net_mm.acceleration.step_norms import HeldNorm, TrainedNorm, are_steppable


@pytest.mark.parametrize(('kind', 'pixels'), [('trained', 60), ('held', 60), ('held', 3)])
def test_gradients_are_those_of_autograd(kind, pixels):
    torch.manual_seed(0)
    norm = nn.BatchNorm2d(5).train(kind == 'trained')
    nn.init.uniform_(norm.weight, 0.5, 1.5)
    nn.init.normal_(norm.bias)
    nn.init.normal_(norm.running_mean)
    nn.init.uniform_(norm.running_var, 0.5, 1.5)
    weight, x = torch.randn(5, 4, 1, 1, requires_grad=True), torch.randn(pixels, 4)
    step = TrainedNorm(norm, weight) if norm.training else HeldNorm(norm, weight, pixels)
    assert step.is_folded is (kind == 'held' and pixels > 4)
    with torch.no_grad():
        conv_out = x @ step.conv_weight.flatten(1).t()
        step.gather(conv_out)
        output, d_conv_out = torch.empty_like(conv_out), torch.empty_like(conv_out)
        batch_norm.normalise(conv_out, step.stats, output)
        gradient = torch.randn_like(output)
        kept = conv_out if step.keeps_input else None
        sums = step.gradients(gradient, kept, slice(None), d_conv_out, output=output)
        d_weight = (d_conv_out.t() @ x).view_as(weight)
        found = step.of_parameters(d_weight, sums, weight)
    maps = (x @ weight.flatten(1).t()).t()[None, :, :, None]
    expected = norm(maps).relu()[0, :, :, 0].t()
    torch.testing.assert_close(output, expected)
    expected = torch.autograd.grad(expected, [weight, norm.weight, norm.bias], gradient)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-4)


def test_all_are_trained_or_all_are_held():
    norms = [nn.BatchNorm2d(3) for _ in range(2)]
    assert are_steppable(norms)
    norms[0].eval()
    assert not are_steppable(norms)
    norms[1].eval()
    assert are_steppable(norms)
    assert not are_steppable([*norms, nn.GroupNorm(3, 3)])
