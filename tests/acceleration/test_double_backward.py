"""Gradients with a graph of their own are those of autograd."""

import torch

from res2net_mm.acceleration.double_backward import differentiable_gradients


def test_gradients_and_their_gradients_are_those_of_autograd():
    a, b = (torch.randn(3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    held, gradient = torch.randn(3, dtype=torch.float64), torch.randn(3, dtype=torch.float64)

    def run(a, b, held, nothing):
        assert nothing is None
        return a.sin() * b.exp() * held

    found = differentiable_gradients(run, [a, b, held, None], gradient)
    assert found[2:] == [None, None]
    expected = torch.autograd.grad(run(a, b, held, None), [a, b], gradient, create_graph=True)
    torch.testing.assert_close(found[:2], list(expected))
    seconds = (torch.autograd.grad((x * y).sum(), [a, b]) for x, y in (found[:2], expected))
    torch.testing.assert_close(*seconds)
