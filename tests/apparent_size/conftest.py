"""A set of squares of five octaves of size, and detectors that see some of them."""

import numpy as np
import pytest
from seeing_detector import SIDE, SIDES, draw_rectangles, write_checkpoint, write_config


@pytest.fixture(scope='session')
def squares(tmp_path_factory):
    """Twelve images of ten squares, two of each size, on a grid of 4 px that survives a zoom."""
    random = np.random.default_rng(0)
    rows = []
    for _ in range(12):
        boxes: list[tuple[int, int, int, int]] = []
        for side in sorted(SIDES * 2, reverse=True):
            while True:
                x, y = (4 * int(random.integers(1, (SIDE - side) // 4)) for _ in range(2))
                apart = [
                    x + side + 8 <= a or a + c + 8 <= x or y + side + 8 <= b or b + d + 8 <= y
                    for a, b, c, d in boxes
                ]
                if all(apart):
                    boxes.append((x, y, side, side))
                    break
        rows.append(boxes)
    return draw_rectangles(tmp_path_factory.mktemp('squares') / 'set', rows)


@pytest.fixture(scope='session')
def seeing(squares, tmp_path_factory):
    """A function (low, high) -> config and checkpoint of a detector that sees sides in a range."""
    folder = tmp_path_factory.mktemp('seeing')

    def make(low, high, name=None, **options):
        name = name or f'sees_{low}_{high}'
        model = dict(type='SeeingDetector', low=low, high=high)
        config = write_config(folder / f'{name}.py', squares, model, **options)
        return config, write_checkpoint(folder / f'{name}.pth', model)

    return make
