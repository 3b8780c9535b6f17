"""What was published after the paper, listed independently of the rows."""

from published import assert_holds, value


def test_mmdet():
    assert_holds(
        'mmdet',
        """
        43.0      61.18 293.68 7.4
        43.6 38.7 63.83 362.18 7.9
        45.7      88.82 321.32 7.8
        46.4 40.0 96.75 526.84 9.5
        47.5 41.6 99.69 574.30
        39.8   40.8 36.6""",
        count=7,
    )
    assert value('mmdet/htc_20e', 'mask AP') == 41.6


def test_mmdet_fork():
    assert_holds(
        'mmdet-fork',
        """
        42.3       39.4       41.3       41.5
        43.3 38.6  40.3 36.5  42.0 37.7  42.9 38.3
        45.5       42.5       44.7       44.6
        46.1 39.4  43.3 37.6  45.7 39.4  46.0 39.5
        47.5 41.3  44.9 39.4  46.9 40.8  47.0 41.0""",
        count=20,
    )
    assert value('mmdet-fork/cascade_mask_rcnn_x101', 'box AP') == 45.7


def test_vfnet():
    assert_holds('vfnet', '49.2 49.3 51.1 51.3', count=2)


def test_panoptic():
    assert_holds(
        'panoptic',
        """
        37.6 34.7 39.4  40.0 36.5 41.5  42.4 38.5 43.0
        44.0 39.6 44.5  80.58 53.82 51.34 34.18 45.42 6.0""",
        count=4,
    )
    assert_holds(
        'panoptic-sizes',
        '43.98 64.61 47.90 27.07 48.00 56.82  39.55 61.84 42.60 20.29 43.00 55.91',
        count=2,
    )


def test_timm():
    assert_holds(
        'timm',
        """
        81.236 95.346 45.23  80.280 95.028 25.72  79.192 94.466 45.21  78.950 94.280 48.40
        78.586 94.120 37.05  78.488 94.144 17.03  78.480 94.204 20.85  78.238 93.904 24.67
        78.142 93.852 25.06  77.994 93.860 25.70  77.528 93.562 25.29
        4.28 4.18 4.21 6.33 8.37 8.10 4.52 8.35 4.20 4.15 3.49""",
        count=11,
    )
    assert value('timm/r2n50_26w8s', 'top-1 accuracy') == 78.950
    assert value('timm/r2nxdla60', 'GMACs') == 3.49
    assert_holds(
        'timm-baselines',
        """
        76.156 92.866  77.404 93.552  77.632 93.674  77.036 93.316  78.234 94.022
        80.382 79.080 80.466 81.494""",
        count=9,
    )


def test_other_toolboxes():
    assert_holds(
        'mmpretrain',
        '78.14 93.85 25.06 4.22  79.20 94.36 48.40 8.39  79.19 94.44 45.21 8.12',
        count=3,
    )
    assert_holds(
        'paddleclas',
        """
        79.3 94.6  79.75 94.91  79.46 94.70  80.64 95.22  81.21 95.71  83.1 96.6  83.9 97.1
        85.13 97.42  4.52 25.78  4.20 25.12  8.35 45.35  15.77 76.44""",
        count=8,
    )
    assert_holds(
        'paddledet', '40.6  42.4 38.1  42.6 38.1  39.5  40.7 36.2  40.9 36.2  43.5 38.4', count=7
    )
    assert_holds('mindcv', '79.35 94.64  79.56 94.70  80.32 95.09  81.26 95.41', count=4)
    assert_holds('v1b-others', '79.80', count=1)
