"""Splits are what the hierarchical convolution computes, in this package and in MMDetection."""

import pytest
import torch

from res2net_mm import build
from res2net_mm.errors import UserError
from res2net_mm.interpretability import places_of
from res2net_mm.interpretability.feature_maps import kept
from res2net_mm.layers import HierarchicalConv

X = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_splits_are_the_outputs_of_the_chain():
    backbone = build('res2net_light_14w_4s').eval()
    places = places_of(backbone)
    assert [len(place.names) for place in places] == [1, 4] * 4
    block = backbone.layer2[-1]
    seen = {}
    block.conv1.register_forward_hook(lambda module, x, y: seen.update(inner=y))
    with torch.no_grad(), kept(places) as tensors:
        features = backbone(X)
        chain = HierarchicalConv.forward(block, block.relu(block.bn1(seen['inner'])))
    splits = next(p for p in places if p.names[0] == 'stage 2, split 1')
    torch.testing.assert_close(torch.cat(splits.parts(tensors[splits]), 1), chain)
    for place, feature in zip(places[::2], features, strict=True):
        torch.testing.assert_close(tensors[place], feature, rtol=0, atol=0)


def test_other_backbones():
    mmdet = pytest.importorskip('mmdet.models.backbones')
    assert [p.names for p in places_of(mmdet.ResNet(50))] == [(f'stage {i}',) for i in range(1, 5)]
    theirs = mmdet.Res2Net(depth=50, scales=4, base_width=26)
    assert [len(place.names) for place in places_of(theirs)] == [1, 4] * 4
    with pytest.raises(UserError, match='Linear does not tell its stages'):
        places_of(torch.nn.Linear(1, 1))


@pytest.mark.parametrize(
    ('arguments', 'reason'),
    [
        (dict(stages=[5]), 'stage 5 is out of range: the backbone has 1 to 4'),
        (dict(stages=[0]), 'stage 0 is out of range'),
        (dict(block=9), 'block 9 is out of range: stage 1 has'),
    ],
)
def test_out_of_range_is_refused(arguments, reason):
    with pytest.raises(UserError, match=reason):
        places_of(build('res2net_light_14w_4s'), **arguments)
