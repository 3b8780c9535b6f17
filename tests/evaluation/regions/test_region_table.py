"""What a reader sees."""

import numpy as np
from test_region_scores import evaluate

from res2net_mm.evaluation.regions import region_table, with_region_intervals


def result():
    """Class 1: 2x2 px that are missed and 10x20 px that are found, on 20x40 px, in two images."""
    truth = np.zeros((20, 40), np.uint8)
    truth[2:4, 2:4] = 1
    truth[8:18, 10:30] = 1
    predicted = truth.copy()
    predicted[2:4, 2:4] = 0
    return evaluate([(truth, predicted)] * 2, 3, bins=[5], by='side')


def test_the_table():
    head, *rows = region_table(result()).splitlines()
    assert head == (
        'segmentation in % by size (square root of the area) of the ground-truth region, connected '
        'pixels of a class; boundary F within 0.75 % of the diagonal; 2 images'
    )
    assert rows == [
        '                      0-5        5-up         all',
        'px                   <= 5        >= 5         any',
        'mIoU                  0.0        99.7        98.7',
        'mAcc (recall)         0.0       100.0        99.0',
        'boundary F            0.0        96.9        95.2',
        'aAcc                                         99.5',
        'regions                 2           4           6',
        'IoU (regions)',
        '  class 0      no regions    99.3 (2)    99.3 (2)',
        '  class 1         0.0 (2)   100.0 (2)    98.0 (4)',
        '  class 2      no regions  no regions  no regions',
    ]


def test_intervals_follow_their_scores():
    head, *rows = region_table(with_region_intervals(result(), resamples=3)).splitlines()
    assert head.endswith('; 95 % intervals of 3 draws of images')
    assert rows[2].split()[0] == 'mIoU'
    assert rows[3].split() == ['95', '%', '0.0..0.0', '99.7..99.7', '98.7..98.7']
    assert rows[-2].split() == ['95', '%', '0.0..0.0', '100.0..100.0', '98.0..98.0']
    assert rows[-1].split()[:2] == ['class', '2']  # nothing to have an interval
