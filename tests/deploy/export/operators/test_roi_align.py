"""Both forms of the operator average what mmcv's averages."""

import pytest
import torch
from mmcv.ops import roi_align

from res2net_mm.deploy.export.operators.roi_align import named_roi_align, plain_roi_align


@pytest.mark.parametrize('sampling_ratio', [0, 2])
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('align', [named_roi_align, plain_roi_align])
def test_equal_to_mmcv(align, aligned, sampling_ratio):
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
