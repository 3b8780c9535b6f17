import numpy as np
import pytest
from pycocotools import mask as mask_api

from res2net_mm.formats.mask_check import compressed_runs_fill, is_polygon, runs_fill


def test_what_pycocotools_writes_fills_its_image():
    random = np.random.default_rng(0)
    counts, sizes = [], []
    for _ in range(300):
        size = tuple(random.integers(1, 90, 2).tolist())
        share = random.choice([0, 0.02, 0.5, 1])
        mask = np.asfortranarray(random.random(size) < share, dtype=np.uint8)
        counts.append(mask_api.encode(mask)['counts'])
        sizes.append(size)
    assert compressed_runs_fill(counts, sizes).all()
    assert compressed_runs_fill([c.decode() for c in counts], sizes).all()
    larger = [(height + 1, width) for height, width in sizes]
    assert not compressed_runs_fill(counts, larger).any()


def test_a_bad_one_spoils_no_other():
    good = mask_api.encode(np.asfortranarray(np.eye(9, dtype=np.uint8)))['counts']
    bad = [b'', b'd', b'PPP', 'zz\u00fc', b'\xff\xff', b'0' * 50, b'o' * 99, good + b'1', good[:-1]]
    counts = [text for pair in zip(bad, [good] * len(bad), strict=True) for text in pair]
    assert compressed_runs_fill(counts, [(9, 9)] * len(counts)).tolist() == [False, True] * len(bad)
    assert compressed_runs_fill([], []).tolist() == []
    assert compressed_runs_fill(['', ''], [(1, 1)] * 2).tolist() == [False, False]


@pytest.mark.parametrize(
    ('points', 'good'),
    [
        ([0, 0, 9, 0, 9, 9], True),
        ([-3, -3, 12.5, 0, 9, 9], True),
        ([0, 0, 9, 9], False),
        ([0, 0, 9, 0, 9, 9, 1], False),
        ([0, 0, 9, 0, 9, '9'], False),
        ([0, 0, 9, 0, 9, float('nan')], False),
        ([0, 0, 9, 0, 9, 1e9], False),
        ([0, 0, 9, 0, 9, 10**400], False),
        ([0, 0, 9, 0, 9, None], False),
        ('012345', False),
    ],
)
def test_polygons(points, good):
    assert is_polygon(points, 10, 10) == good


@pytest.mark.parametrize(
    ('counts', 'good'),
    [([100], True), ([0, 100], True), ([50, 49], False), ([-1, 101], False), ([50.0, 50], False),
     ('100', False), ([True] * 100, False), (None, False)],
)  # fmt: skip
def test_runs(counts, good):
    assert runs_fill(counts, 10, 10) == good
