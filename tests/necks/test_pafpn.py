"""The way from the bottom up; its equality with MMDetection's is tested beside the FPN's."""

import torch

from res2net_mm.necks import HierarchicalPAFPN


def test_fine_maps_reach_the_coarse_ones():
    neck = HierarchicalPAFPN(in_channels=[4, 8, 16], out_channels=8, num_outs=3, scales=4).eval()
    maps = [torch.randn(1, c, s, s, requires_grad=True) for c, s in ((4, 16), (8, 8), (16, 4))]
    outputs = neck(maps)
    assert [tuple(y.shape) for y in outputs] == [(1, 8, 16, 16), (1, 8, 8, 8), (1, 8, 4, 4)]
    for gradient in torch.autograd.grad(outputs[-1].square().sum(), maps):
        assert gradient.abs().max() > 0
    assert len(neck.downsample_convs) == len(neck.pafpn_convs) == 2
