"""Both forms of the operator keep the boxes that mmcv keeps."""

import pytest
import torch
from mmcv.ops import nms
from torch import nn

from res2net_mm.deploy.export.operators.nms import named_nms, plain_nms


@pytest.fixture(scope='module')
def candidates():
    generator = torch.Generator().manual_seed(0)
    corner = torch.rand(2, 200, 2, generator=generator) * 100
    side = torch.rand(2, 200, 2, generator=generator) * 50 + 1
    scores = torch.rand(2, 200, generator=generator)
    scores[1, 40:] = -1
    return torch.cat([corner, corner + side], -1), scores


def expected(boxes, scores, at_most):
    keep = torch.zeros_like(scores, dtype=torch.bool)
    for n in range(len(boxes)):
        (there,) = torch.where(scores[n] >= 0)
        _, kept = nms(boxes[n][there], scores[n][there], 0.5)
        keep[n, there[kept[:at_most]]] = True
    return keep


@pytest.mark.parametrize('at_most', [5, 1000])
def test_named(candidates, at_most):
    keep = named_nms(*candidates, 0.5, at_most)
    assert torch.equal(keep, expected(*candidates, at_most))
    assert 0 < keep[1].sum() < keep[0].sum() or at_most == 5


def test_plain_as_it_is_exported(candidates):
    class Plain(nn.Module):
        def forward(self, boxes, scores):
            return plain_nms(boxes, scores, 0.5, 50)

    program = torch.export.export(Plain(), candidates).module()
    assert torch.equal(program(*candidates), expected(*candidates, 50))
