"""Short connections and fusion of DSS, written out side by side."""

import pytest
import torch
from small_maps import CHANNELS
from torch.nn import functional as F

from res2net_mm.errors import UserError
from res2net_mm.heads import DSSHead
from res2net_mm.heads.dss_head import deeper_sides

PATHS = ((6, 7), (6, 5), (4, 5), (4, 5), (4, 3))


def test_six_sides_are_connected_as_in_the_paper():
    connected = [deeper_sides(side, 6) for side in range(6)]
    assert connected == [[2, 3, 4, 5], [2, 3, 4, 5], [4, 5], [4, 5], [], []]
    assert [deeper_sides(side, 5) for side in range(5)] == [[1, 2, 3, 4], [3, 4], [3, 4], [], []]


def up(x, like):
    return F.interpolate(x, size=like.shape[2:], mode='bilinear')


def test_outputs_are_those_of_the_connections_written_out(features):
    head = DSSHead(CHANNELS, side_paths=PATHS)
    for parameter in head.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    inputs = [*features, F.max_pool2d(features[-1], 3, 2, 1)]
    a1, a2, a3, a4, a5 = (side(x) for side, x in zip(head.sides, inputs, strict=True))
    r = [conv.weight.flatten() if i < 3 else None for i, conv in enumerate(head.short)]
    r5, r4 = a5, a4
    r3 = a3 + r[2][0] * up(r4, a3) + r[2][1] * up(r5, a3)
    r2 = a2 + r[1][0] * up(r4, a2) + r[1][1] * up(r5, a2)
    r1 = a1 + sum(w * up(x, a1) for w, x in zip(r[0], (r2, r3, r4, r5), strict=True))
    sides = (r1, r2, r3, r4, r5)
    weights = head.fuse.weight.flatten()
    fused = sum(w * up(x, a1) for w, x in zip(weights, sides, strict=True)) + head.fuse.bias
    for found, expected in zip(head.outputs(features), (fused, *sides), strict=True):
        torch.testing.assert_close(found, expected)
    mean = torch.stack([up(x, a1).sigmoid() for x in (fused, r1, r2, r3)]).mean(dim=0)
    torch.testing.assert_close(head(features).sigmoid(), mean, rtol=1e-4, atol=1e-6)


def test_fusion_begins_as_the_mean():
    head = DSSHead(CHANNELS, side_paths=PATHS)
    head.init_weights()
    assert head.fuse.weight.flatten().tolist() == pytest.approx([0.2] * 5)
    assert head.short[0].weight.flatten().tolist() == pytest.approx([0.25] * 4)
    assert head.sides[0][0].weight.std().item() == pytest.approx(0.01, rel=0.3)


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(UserError, match=r'5 are needed, one for each of the 4 in_channels'):
        DSSHead(CHANNELS, side_paths=PATHS[:4])
    with pytest.raises(UserError, match=r'averaged=\(5,\): there are sides 0 to 4'):
        DSSHead(CHANNELS, side_paths=PATHS, averaged=(5,))
