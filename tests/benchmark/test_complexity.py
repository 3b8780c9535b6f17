"""The counter equals counting by hand."""

import pytest
import torch
from mmengine.hub import get_config
from torch import nn

from res2net_mm.benchmark import complexity
from res2net_mm.benchmark.complexity import measure_complexity


@pytest.mark.parametrize(
    ('layer', 'operations'),
    [
        (nn.Conv2d(4, 6, 3, padding=1, groups=2, bias=False), 6 * 8 * 8 * 9 * 2),
        (nn.Conv2d(4, 6, 1, stride=2), 6 * 4 * 4 * (4 + 1)),
        (nn.BatchNorm2d(4), 2 * 4 * 8 * 8),
        (nn.ReLU(), 4 * 8 * 8),
        (nn.Linear(8, 5), 4 * 8 * 5 * (8 + 1)),
        (nn.Dropout(), 0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_operations_by_hand(layer, operations):
    image = torch.zeros(1, 4, 8, 8)
    assert complexity._count([layer.eval()], lambda: layer(image)) == operations


def test_a_larger_image_costs_more_and_no_more_parameters():
    cfg = get_config('res2net_mm::retinanet_r2n50_fpn.py')
    small, large = measure_complexity(cfg, (128, 128)), measure_complexity(cfg, (256, 256))
    assert small.params == large.params
    assert large.gflops == pytest.approx(4 * small.gflops, rel=0.01)
