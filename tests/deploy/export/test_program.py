"""Which dimensions of an input stay open."""

import pytest
from torch import nn

from res2net_mm.deploy.export.models.make_exportable import Features
from res2net_mm.deploy.export.program import record


class Backbone(nn.Module):
    def __init__(self, pool):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)
        self.pool = pool

    def forward(self, x):
        x = self.conv(x)
        return x, x * self.pool(x).mean((2, 3), keepdim=True)


@pytest.mark.parametrize(
    ('pool', 'is_open'),
    [
        (nn.AdaptiveAvgPool2d(1), 'batch, height and width from 129 px'),
        (nn.AdaptiveAvgPool2d((1, 1)), 'batch, height and width from 129 px'),
        # Which pixels are of which ninth stands in the program as it is for this size.
        (nn.AdaptiveAvgPool2d(3), 'batch, at 197x165 px alone'),
    ],
)
def test_pyramid_pooling_fixes_the_size(pool, is_open):
    program, opening = record(Features(Backbone(pool).eval()).eval(), 165, 197)
    assert opening.text == is_open
    (image,) = (node for node in program.graph.nodes if node.name == 'image')
    sides = [str(side).isdigit() for side in image.meta['val'].shape]
    assert sides == [False, True, opening.step == 0, opening.step == 0]


def test_small_images_fix_the_size():
    backbone = Features(Backbone(nn.Identity()).eval()).eval()
    assert record(backbone, 128, 200)[1].text == 'batch, at 200x128 px alone'
    assert record(backbone, 129, 200)[1].text == 'batch, height and width from 129 px'
