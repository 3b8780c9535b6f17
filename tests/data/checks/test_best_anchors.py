"""The best anchor of each box is that of a search through all anchors of the image."""

from pathlib import Path

import numpy as np
import pytest
import torch
from folders import coco_content
from mmdet.registry import TASK_UTILS
from mmdet.structures.bbox import bbox_overlaps
from mmengine.config import Config

from res2net_mm.data.checks.best_anchors import SeenBoxes, best_iou, see_boxes
from res2net_mm.formats import BoxImages
from res2net_mm.openmmlab.pyramid import read_pyramid
from res2net_mm.openmmlab.resize_rule import ResizeRule

WIDTH, HEIGHT, DIVISOR = 203, 150, 32
GENERATORS = {
    'FPN': dict(
        type='AnchorGenerator', scales=[8], ratios=[0.5, 1.0, 2.0], strides=[4, 8, 16, 32, 64]
    ),
    'octaves': dict(
        type='AnchorGenerator',
        octave_base_scale=4,
        scales_per_octave=3,
        ratios=[0.5, 1.0, 2.0],
        strides=[8, 16, 32],
    ),
    'YOLO': dict(
        type='YOLOAnchorGenerator',
        base_sizes=[[(116, 90), (156, 198)], [(30, 61), (62, 45)], [(10, 13), (33, 23)]],
        strides=[32, 16, 8],
    ),
    'SSD': dict(
        type='SSDAnchorGenerator',
        scale_major=False,
        input_size=300,
        basesize_ratio_range=(0.15, 0.9),
        strides=[8, 16, 32],
        ratios=[[2], [2, 3], [2]],
    ),
    'oblong cells': dict(
        type='AnchorGenerator', scales=[3], ratios=[1.0], strides=[(8, 4), (16, 32)]
    ),
}


def draw_boxes(count):
    """Boxes of all sizes and places, some at the borders, some of no size."""
    rng = np.random.default_rng(0)
    image = np.array([WIDTH, HEIGHT])
    low = rng.uniform(0, 1, (count, 2)) * image
    high = np.minimum(low + image * rng.uniform(0, 1, (count, 2)) ** 3, image)
    low[:20] = 0
    high[20:25] = low[20:25]
    corners = np.hstack([low, high])
    ones = np.ones(count)
    return SeenBoxes(corners, ones, np.tile(image.astype(float), (count, 1)), ones)


@pytest.mark.parametrize('name', GENERATORS)
def test_the_best_anchor_is_that_of_all(name):
    settings = GENERATORS[name]
    head = dict(type='RetinaHead', anchor_generator=settings)
    preprocessor = dict(pad_size_divisor=DIVISOR)
    model = dict(
        bbox_head=head,
        data_preprocessor=preprocessor,
        train_cfg=dict(assigner=dict(type='MaxIoUAssigner', pos_iou_thr=0.5)),
    )
    seen = draw_boxes(300)
    found = best_iou(seen, read_pyramid(Config(dict(model=model))))

    generator = TASK_UTILS.build(settings)
    padded_w, padded_h = (-(-side // DIVISOR) * DIVISOR for side in (WIDTH, HEIGHT))
    maps = [(-(-padded_h // y), -(-padded_w // x)) for x, y in generator.strides]
    anchors = torch.cat(generator.grid_priors(maps, dtype=torch.float64, device='cpu'))
    every = bbox_overlaps(torch.from_numpy(seen.corners), anchors)
    np.testing.assert_allclose(found, every.amax(dim=1).numpy(), atol=1e-6)
    assert found.max() > 0.5
    assert found[25:].min() < 0.5  # neither all nor none


def test_boxes_are_seen_after_the_resize():
    """Images of 80 x 60 px; an oblong resize stretches widths and heights apart."""
    part = BoxImages(Path('a.json'), Path(), coco_content(['a', 'b'], boxes=[(10, 10, 20, 5)]))
    part.content['annotations'][0]['iscrowd'] = 1
    seen = see_boxes(part, ResizeRule(320, 120, False, False, ''))
    assert seen.corners.tolist() == [[40, 20, 120, 30]]
    assert seen.images.tolist() == [[320, 120]]
    assert seen.areas.tolist() == [800]
    assert seen.factors == pytest.approx([8**0.5])
    assert seen.sides == pytest.approx([800**0.5])
    assert see_boxes(part, None).corners.tolist() == [[10, 10, 30, 15]]
