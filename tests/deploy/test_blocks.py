"""Fused blocks of both packages, and what tracers and compilers see of them."""

import pytest
import torch
from fused_pairs import assert_equal_outputs, outputs, randomised, small

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.deploy.folding import ScaleAndShift


@pytest.mark.parametrize('kind', ['ResNet', 'ResNeXt', 'Res2Net'])
def test_backbones_of_mmdetection(kind):
    from mmdet.models import backbones

    model = getattr(backbones, kind)(depth=50, **({'groups': 32} if kind == 'ResNeXt' else {}))
    randomised(model)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {}
    assert not any(isinstance(m, ScaleAndShift) for m in fused.modules())
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


@pytest.mark.parametrize('how', ['trace', 'export', 'compile'])
def test_what_reads_the_graph_sees_plain_operators(how):
    fused = res2net_mm.fuse(small('res2net50_26w_4s'))
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(fused, x)
    if how == 'trace':
        read = torch.jit.trace(fused, x)
        assert 'mkldnn' not in str(read.inlined_graph)
    elif how == 'export':
        program = torch.export.export(fused, (x,))
        assert 'mkldnn' not in str(program.graph)
        read = program.module()
    else:
        read = torch.compile(fused, backend='eager', fullgraph=True)
    for a, b in zip(expected, outputs(read, x), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * a.abs().max().item())
