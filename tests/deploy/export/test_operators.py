"""Both forms of each operator compute what mmcv's computes."""

import pytest
import torch
from mmcv.ops import nms, roi_align
from torch import nn

from res2net_mm.deploy.export.operators import (
    named_nms,
    named_roi_align,
    plain_nms,
    plain_roi_align,
)


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
def test_named_nms(candidates, at_most):
    keep = named_nms(*candidates, 0.5, at_most)
    assert torch.equal(keep, expected(*candidates, at_most))
    assert 0 < keep[1].sum() < keep[0].sum() or at_most == 5


def test_plain_nms_as_it_is_exported(candidates):
    class Plain(nn.Module):
        def forward(self, boxes, scores):
            return plain_nms(boxes, scores, 0.5, 50)

    program = torch.export.export(Plain(), candidates).module()
    assert torch.equal(program(*candidates), expected(*candidates, 50))


@pytest.mark.parametrize('sampling_ratio', [0, 2])
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('align', [named_roi_align, plain_roi_align])
def test_roi_align_is_equal_to_mmcv(align, aligned, sampling_ratio):
    generator = torch.Generator().manual_seed(0)
    feature = torch.randn(2, 5, 20, 31, generator=generator)
    corner = torch.rand(60, 2, generator=generator) * 260 - 10  # some beyond the border
    side = torch.rand(60, 2, generator=generator) * 120
    side[0] = 0
    image = torch.randint(2, (60, 1), generator=generator).float()
    rois = torch.cat([image, corner, corner + side], 1)
    found = align(feature, rois, 7, 5, 1 / 8, sampling_ratio, aligned)
    expected = roi_align(feature, rois, (7, 5), 1 / 8, sampling_ratio, 'avg', aligned)
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=1e-4)
    assert expected.abs().max() > 0.5


def test_no_regions():
    assert plain_roi_align(torch.ones(1, 3, 8, 8), torch.zeros(0, 5), 7, 7, 1, 0, True).shape == (
        0,
        3,
        7,
        7,
    )
