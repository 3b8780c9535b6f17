"""The pictures of a check are drawn, also where there is little to draw."""

import numpy as np
import pytest
from PIL import Image

from res2net_mm.data.checks.census_picture import MOST_CLASSES, draw_boxes, draw_shares
from res2net_mm.data.checks.size_census import SizeCensus


def is_picture(path) -> bool:
    with Image.open(path) as picture:
        return picture.format == 'PNG' and len(set(np.array(picture.convert('L')).ravel())) > 10


@pytest.mark.parametrize('count', [0, 1, 300])
def test_boxes(count, tmp_path):
    random = np.random.default_rng(0)
    labels, areas = random.integers(0, 3, count), random.uniform(1, 1e5, count)
    census = SizeCensus(('a', 'b', 'c'), labels, areas, 'as they are')
    path = draw_boxes(census, tmp_path / 'new/a.png', 'boxes')
    assert is_picture(path)


@pytest.mark.parametrize('classes', [2, MOST_CLASSES + 9])
def test_shares(classes, tmp_path):
    names = [f'class {i}' for i in range(classes)]
    pixels = {'train': np.arange(classes), 'val': np.zeros(classes, np.int64)}
    path = draw_shares(names, pixels, 'images', tmp_path / 'a.png', 'shares')
    assert is_picture(path)
