"""Small features and samples for heads."""

import pytest
import torch
from mmengine.structures import BaseDataElement, PixelData
from small_maps import CHANNELS


@pytest.fixture
def features():
    """Feature maps at strides 4, 8, 16 and 16 of two images of 40x52 px."""
    torch.manual_seed(0)
    sizes = ((10, 13), (5, 7), (3, 4), (3, 4))
    return [torch.randn(2, c, *size) for c, size in zip(CHANNELS, sizes, strict=True)]


@pytest.fixture
def samples():
    """Masks of two images of 40x52 px, with ignored pixels at the edge."""
    torch.manual_seed(1)
    made = []
    for _ in range(2):
        mask = torch.randint(0, 2, (1, 40, 52))
        mask[:, :, 48:] = 255
        sample = BaseDataElement()
        sample.gt_sem_seg = PixelData(data=mask)
        made.append(sample)
    return made
