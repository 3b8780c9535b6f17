"""What differs between two segmenters has the colours of the runs."""

import numpy as np
from test_segmenter_runs import read

from res2net_mm.report.segmentation.region_image import read_region_image, views

BLUE, ORANGE, INK = (178, 114, 0), (0, 94, 213), (40, 35, 31)  # BGR of two runs and of text


def test_what_differs_has_the_colours_of_the_runs(drawn_maps):
    runs = read(drawn_maps.folders, gt=drawn_maps.gt, images=drawn_maps.images)
    image = read_region_image(*runs, 0)
    truth, a, b = next(iter(drawn_maps.labels.values()))
    *_, plain, drawn = views(image, None, colours=runs[0].colours, runs=(0, 1))
    np.testing.assert_array_equal(plain.pixels, image.pixels)
    for where, colour in (
        ((a == truth) & (b != truth), BLUE),
        ((a != truth) & (b == truth), ORANGE),
        ((a != truth) & (b != truth), INK),
    ):
        assert where.any()
        assert (drawn.pixels[where] == colour).all()
    same = drawn.pixels[(a == truth) & (b == truth)]
    assert (same == same[:, :1]).all()
    assert same.min() >= 0.6 * 255 - 1
