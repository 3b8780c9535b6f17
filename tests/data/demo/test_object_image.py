import cv2
import numpy as np
import pytest

from res2net_mm.data.demo.object_image import CLASSES, SIDE, SIZES, draw_object, random_size


def drawn(label, size, seed=3):
    return draw_object(np.random.default_rng(seed), label, size).astype(int)


def difference_to_the_wall(label, size, seed=3):
    """Return where a picture differs from one with another object: there one of the two is."""
    return np.abs(drawn(label, size, seed) - drawn((label + 3) % 10, size, seed)).sum(-1) > 0


@pytest.mark.parametrize('label', range(len(CLASSES)))
@pytest.mark.parametrize('size', SIZES)
def test_the_object_has_its_size_and_is_wholly_in_sight(label, size):
    for seed in range(5):
        image = drawn(label, size, seed)
        pattern, shape = CLASSES[label].split('_')
        # The hue is saturated and the wall is not: its least channel is far below its greatest.
        coloured = image.max(-1) - image.min(-1) > 45
        inside = cv2.dilate(coloured.astype(np.uint8), np.ones((3, 3)))  # with the rim
        assert 0.5 * size**2 < inside.sum() < 2.2 * size**2 + 30, (shape, pattern)
        edge = np.concatenate([coloured[0], coloured[-1], coloured[:, 0], coloured[:, -1]])
        assert not edge.any()


def test_the_same_object_at_two_sizes():
    small, large = drawn(1, SIZES[0]), drawn(1, SIZES[1])
    wall = ~difference_to_the_wall(1, SIZES[1])
    assert wall.mean() > 0.5
    corner = np.abs(small - large).sum(-1) == 0
    assert corner.mean() > 0.5, 'the wall is the same'
    colours = [
        image.reshape(-1, 3)[np.ptp(image.reshape(-1, 3), axis=1).argmax()]
        for image in (small, large)
    ]
    np.testing.assert_allclose(*colours, atol=12)


def test_classes_and_seeds_differ():
    pictures = [drawn(label, 20, seed) for label in range(10) for seed in (0, 1)]
    assert len({picture.tobytes() for picture in pictures}) == 20
    assert pictures[0].shape == (SIDE, SIDE, 3)


def test_random_sizes_fill_the_range_evenly_by_doublings():
    rng = np.random.default_rng(0)
    sizes = np.array([random_size(rng) for _ in range(2000)])
    assert sizes.min() >= SIZES[0]
    assert sizes.max() <= SIZES[1]
    middle = np.sqrt(SIZES[0] * SIZES[1])
    assert (sizes < middle).mean() == pytest.approx(0.5, abs=0.05)
