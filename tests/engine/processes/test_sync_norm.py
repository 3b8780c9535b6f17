"""Synchronised batch norms on CPUs against a batch norm over the whole batch."""

import json
from copy import deepcopy

import pytest
import torch
from mmcv.cnn import build_norm_layer
from mmengine.model import revert_sync_batchnorm
from together import run_together
from torch import nn

from res2net_mm.engine.processes.sync_norm import CPUSyncBatchNorm, use_cpu_sync_norms

SCRIPT = """
import json, sys, torch
from together import leave, meet
from res2net_mm.engine.processes.sync_norm import CPUSyncBatchNorm

rank, case = meet(), torch.load(sys.argv[1])
norm = CPUSyncBatchNorm(6, momentum=case['momentum']).double()
norm.load_state_dict(case['state'])
x, weight = (case[name].split(case['images'])[rank] for name in ('x', 'weight'))
x.requires_grad_()
(norm(x) * weight).square().sum().backward()
found = dict(x=x.grad, scale=norm.weight.grad, shift=norm.bias.grad, **norm.state_dict())
print('found', json.dumps({name: tensor.tolist() for name, tensor in found.items()}))
leave()
"""


def double(values) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.slow
@pytest.mark.parametrize(('images', 'momentum'), [([2, 2], 0.1), ([1, 3], None)])
def test_two_processes_against_the_whole_batch(tmp_path, images, momentum):
    torch.manual_seed(0)
    x, weight = torch.randn(2, 4, 6, 3, 5, dtype=torch.float64) * 3 + 5
    norm = nn.BatchNorm2d(6, momentum=momentum).double()
    nn.init.normal_(norm.weight)
    case = dict(x=x, weight=weight, images=images, momentum=momentum, state=norm.state_dict())
    torch.save(case, tmp_path / 'case.pt')
    (tmp_path / 'work.py').write_text(SCRIPT)
    said = run_together(tmp_path / 'work.py', tmp_path / 'case.pt')
    found = [json.loads(text[text.index('found') + 5 :]) for text in said]
    x.requires_grad_()
    (norm(x) * weight).square().sum().backward()
    torch.testing.assert_close(double(found[0]['x'] + found[1]['x']), x.grad)
    for name, expected in (('scale', norm.weight.grad), ('shift', norm.bias.grad)):
        total = double([rank[name] for rank in found]).sum(0)
        torch.testing.assert_close(total, expected)
    for name, expected in norm.state_dict().items():
        for rank in found:
            torch.testing.assert_close(double(rank[name]), expected.double())


@pytest.mark.parametrize('kind', ['SyncBN', 'BN'])
def test_synchronised_norms_alone_are_replaced_with_the_same_tensors(kind):
    inner = nn.Sequential(build_norm_layer(dict(type=kind), 4)[1])
    model = nn.Sequential(nn.Conv2d(3, 4, 1), inner)
    before = dict(model.named_parameters()) | dict(model.named_buffers())
    x = torch.randn(2, 3, 5, 5)
    expected = revert_sync_batchnorm(deepcopy(model)).eval()(x)
    assert use_cpu_sync_norms(model) is model
    assert isinstance(model[1][0], CPUSyncBatchNorm) == (kind == 'SyncBN')
    after = dict(model.named_parameters()) | dict(model.named_buffers())
    assert all(after[name] is tensor for name, tensor in before.items())
    assert torch.equal(model.eval()(x), expected)


def test_the_others_refuse_what_this_is_for():
    """Should they learn to train on CPUs, this module can go."""
    import mmcv.ops  # noqa: F401  registers MMSyncBN

    store = torch.distributed.HashStore()
    torch.distributed.init_process_group('gloo', store=store, rank=0, world_size=1)
    try:
        with pytest.raises(ValueError, match='expected input tensor to be on GPU'):
            nn.SyncBatchNorm(3)(torch.ones(2, 3, 4, 4))
        norm = build_norm_layer(dict(type='MMSyncBN'), 3)[1]
        with pytest.raises(RuntimeError, match='cpu'):
            norm(torch.ones(2, 3, 4, 4))
        assert isinstance(use_cpu_sync_norms(nn.Sequential(norm))[0], CPUSyncBatchNorm)
    finally:
        torch.distributed.destroy_process_group()
