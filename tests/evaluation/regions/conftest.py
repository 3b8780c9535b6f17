import numpy as np
import pytest
from scipy import ndimage


@pytest.fixture
def make_maps():
    """Returns ``make(seed) -> [(ground truth, prediction)]``: blobs of 5 classes, some ignored."""

    def make(seed, images=3, classes=5, shape=(26, 38), ignore=255):
        random = np.random.default_rng(seed)

        def blobs(smooth):
            noise = random.normal(size=(classes, *shape))
            return ndimage.gaussian_filter(noise, (0, smooth, smooth)).argmax(0).astype(np.uint8)

        maps = []
        for _ in range(images):
            truth = blobs(random.choice([1, 2, 4]))
            # Like the truth in places, a specked map of its own in others.
            predicted = np.where(ndimage.binary_dilation(blobs(3) == 0, iterations=2),
                                 blobs(1), np.roll(truth, 1, axis=1))  # fmt: skip
            if ignore is not None:
                truth[ndimage.binary_dilation(random.random(shape) < 0.01, iterations=2)] = ignore
            maps.append((truth, predicted))
        maps[0][0][maps[0][0] == classes - 1] = 0  # the last class is rare
        return maps

    return make
