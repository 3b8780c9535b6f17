"""Boxes are clipped to their image, polygons joined to one."""

from collections import defaultdict
from pathlib import Path

import pytest

from res2net_mm.data.conversion.labelled_images import LabelledImage
from res2net_mm.data.conversion.shapes_in_image import (
    CLIPPED,
    NO_SIZE,
    OUTSIDE,
    edges_in_image,
    single_polygon,
)
from res2net_mm.formats.boxes.coco_dict import polygon_area

IMAGE = LabelledImage(Path('a.jpg'), 'a.jpg', dict(width=80, height=60), [])


@pytest.mark.parametrize(
    ('box', 'edges', 'said'),
    [
        ([1, 2, 3, 4], (1, 2, 4, 6), None),
        ([-1, 2, 3, 4], (0, 2, 2, 6), CLIPPED),
        ([70, 50, 10.0000001, 10], (70, 50, 80, 60), None),
        ([70, 50, 20, 20], (70, 50, 80, 60), CLIPPED),
        ([80, 5, 5, 5], None, OUTSIDE),
        ([5, 5, 0, 5], None, NO_SIZE),
    ],
)
def test_edges(box, edges, said):
    lost = defaultdict(list)
    assert edges_in_image(IMAGE, dict(bbox=box), lost) == edges
    assert list(lost) == ([said] if said else [])


@pytest.mark.parametrize(
    ('masks', 'area'),
    [
        ([[0, 0, 10, 0, 10, 10, 0, 10]], 100),
        ([[0, 0, 10, 0, 10, 10, 0, 10], [20, 20, 20, 30, 30, 30, 30, 20]], 200),
        ([[0, 0, 1, 1]], None),
        ({'counts': [4800], 'size': [60, 80]}, None),
        (None, None),
    ],
)
def test_polygons_become_one(masks, area):
    polygon = single_polygon(IMAGE, dict(segmentation=masks))
    assert (polygon and polygon_area(polygon)) == area
