"""Maps against what they must be on networks small enough to do by hand, and over an image."""

import numpy as np
import pytest
import torch
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.interpretability import (
    METHODS,
    CamRow,
    FeatureMaps,
    activation_maps,
    draw_cam_sheet,
)
from res2net_mm.interpretability.activation_map import overlaid


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 2, 1))


X = torch.randn(1, 3, 6, 8, generator=torch.Generator().manual_seed(1))


def test_grad_cam_of_a_pooled_linear_score_is_the_weighted_sum(network):
    """d(mean of A_k) / dA_k is 1 / (h w) everywhere: the map is what CAM (Zhou et al.) draws."""
    weights = torch.tensor([1.5, -2.0])
    place = FeatureMaps(('stage 1',), 1, network[1])
    (found,) = activation_maps(lambda x: network(x).mean((2, 3)) @ weights, X, place)
    literal = torch.einsum('k,khw->hw', weights, network(X)[0]).relu() / 48
    torch.testing.assert_close(found, literal)


def test_splits_are_the_channels_of_the_input(network):
    """With a place-dependent score: mean gradient for Grad-CAM, each one's own for HiResCAM."""
    place = FeatureMaps(('a', 'b'), 1, network[1], at_input=True, channels=2)
    mask = torch.rand(6, 8)
    hidden = network[0](X)[0].detach()
    gradient = network[1].weight[0, :, 0, 0].detach()[:, None, None] * mask

    def score(x):
        return (network(x)[0, 0] * mask).sum().reshape(1)

    for method, weight in (
        ('grad-cam', gradient.mean((1, 2), keepdim=True)),
        ('hires-cam', gradient),
    ):
        products = weight * hidden
        found = activation_maps(score, X.clone(), place, method)
        for map_, part in zip(found, (products[:2], products[2:]), strict=True):
            torch.testing.assert_close(map_, part.sum(0).relu())


def test_eigen_cam_of_a_rank_one_map_is_its_shape():
    shape = torch.rand(6, 8)
    network = nn.Conv2d(3, 4, 1)
    layer = nn.Identity()
    rank_one = torch.tensor([1.0, -2.0, 0.5, 3.0])[:, None, None] * shape

    def run(x):
        return layer(rank_one[None]).sum() + network(x).sum() * 0

    (found,) = activation_maps(run, X, FeatureMaps(('stage 1',), 1, layer), 'eigen-cam')
    torch.testing.assert_close(found / found.max(), shape / shape.max())


def test_a_score_without_gradient_says_so(network):
    place = FeatureMaps(('stage 1',), 1, network[1])
    with pytest.raises(UserError, match="method='eigen-cam' needs none"):
        activation_maps(lambda x: network(x).detach().sum().reshape(1), X, place)
    with pytest.raises(UserError, match='does not depend on stage 1'):
        activation_maps(lambda x: (x.sum() + 0 * network(x).detach().sum()).reshape(1), X, place)


def test_unknown_method_is_refused(network):
    with pytest.raises(UserError, match='allowed: ' + ', '.join(METHODS)):
        activation_maps(network, X, FeatureMaps(('stage 1',), 1, network), 'cam')


IMAGE = np.full((20, 30, 3), (10, 20, 60), np.uint8)


def test_an_image_is_grey_where_the_map_is_zero():
    map_ = np.zeros((4, 4), np.float32)
    assert (overlaid(IMAGE, map_, (32, 32)) == 30).all()
    map_[0, 0] = 5
    found = overlaid(IMAGE, map_, (32, 32))
    assert found.shape == IMAGE.shape
    assert (found[16:] == 30).all()
    assert (found[0, 0] != 30).any()


def test_the_map_covers_the_padding():
    map_ = np.zeros((1, 2), np.float32)
    map_[0, 1] = 1  # of which the image has the left half, up to the middle of the padded width
    found = overlaid(IMAGE[:, :4], map_, (20, 40))
    assert (found == 30).all()


def test_a_row_for_each_stage_and_a_picture_for_each_map():
    maps = [np.ones((2, 2), np.float32)] * 3
    rows = [
        CamRow('stage 1', maps[:1], ['output']),
        CamRow('stage 2', maps, ['output', 'split 1 (50%)', 'split 2 (50%)']),
    ]
    boxes = np.array([[1, 2, 5, 6]])
    figure = draw_cam_sheet(IMAGE, rows, title='title', padded=(32, 32), boxes=boxes)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ['stage 1', 'output', '', '', 'stage 2', 'output', *rows[1].titles[1:]]
    (outline,) = figure.axes[0].patches
    assert outline.get_bbox().bounds == (1, 2, 4, 4)
