"""When a computation may be replaced."""

import pytest
import torch
from torch import nn

from res2net_mm.acceleration import conditions


@pytest.mark.parametrize(
    'register',
    ['forward_hook', 'forward_pre_hook', 'full_backward_hook', 'full_backward_pre_hook'],
)
def test_hooks(register):
    module = nn.ReLU()
    assert not conditions.has_hooks(module)
    handle = getattr(module, f'register_{register}')(lambda *_: None)
    assert conditions.has_hooks(module)
    handle.remove()
    assert not conditions.has_hooks(module)


def test_subclasses_of_tensors_are_not_plain():
    assert conditions.is_plain_tensor(torch.zeros(1))
    assert conditions.is_plain_tensor(nn.Parameter(torch.zeros(1)))
    assert not conditions.is_plain_tensor(type('Other', (torch.Tensor,), {})())


def test_what_learns():
    conv, x = nn.Conv2d(2, 2, 1), torch.zeros(1, 2, 3, 3)
    assert conditions.learns([conv], [x])
    with torch.no_grad():
        assert not conditions.learns([conv], [x])
    conv.requires_grad_(False)
    assert not conditions.learns([conv], [x, None])
    assert conditions.learns([conv], [None, x.requires_grad_()])


def test_where_onednn_is_used():
    x = torch.zeros(1, 2, 3, 3)
    assert conditions.uses_onednn(x)
    assert not conditions.uses_onednn(x.double())
    assert not conditions.uses_onednn(x.to('meta'))
    with torch.autocast('cpu', torch.bfloat16):
        assert not conditions.uses_onednn(x)
    with torch.backends.mkldnn.flags(enabled=False):
        assert not conditions.uses_onednn(x)


def test_tracers_and_transforms_are_recognised():
    seen = []

    def run(x):
        seen.append(conditions.runs_eagerly_on_cpu(x))
        return x * 2

    x = torch.ones(1, 2, 3, 3)
    run(x)
    torch.jit.trace(run, x, check_trace=False)
    torch.func.vmap(run)(x)
    assert seen == [True, False, False]


def test_channels_last_and_pixels():
    x = torch.zeros(2, 3, 4, 5)
    assert not conditions.is_channels_last(x)
    assert conditions.is_channels_last(x.contiguous(memory_format=torch.channels_last))
    assert conditions.count_pixels(x) == 40
