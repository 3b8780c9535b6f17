"""Tables 5, 6 and 8 of the paper, listed independently of the rows."""

from published import assert_holds, value


def test_table_5():
    assert_holds('table5-voc', '72.1 74.4', count=2)
    assert_holds('table5', '31.1 51.4  33.7 53.6  43.0 63.5', count=3)
    assert value('table5/r2n50', 'box AP50') == 53.6


def test_table_6():
    assert_holds(
        'table6',
        """
        13.5 35.4 46.2 31.1  21.8 48.6 61.6 42.8
        14.0 38.3 51.1 33.7  23.2 51.1 65.3 45.0""",
        count=2,
    )
    assert value('table6/r2n50', 'box AP L') == 51.1
    assert value('table6/r2n50', 'box AR S') == 23.2


def test_table_8():
    assert_holds(
        'table8',
        """
        33.9 55.2 36.0 14.8 36.0 50.9
        34.2 55.6 36.3 14.9 36.8 50.9
        35.6 57.6 37.6 15.7 37.9 53.7
        35.7 57.5 38.1 15.4 38.1 53.7
        35.3 57.0 37.5 15.6 37.5 53.4
        38.7 61.0 41.4 20.6 42.0 53.2""",
        count=6,
    )
    assert value('table8/r2n50_26w4s', 'mask AP75') == 37.6


def test_mask_rcnn_beside_table_8():
    assert_holds(
        'maskrcnn-box',
        """
        37.5 58.4 40.3 20.6 40.1 49.7
        38.0 58.9 41.3 20.5 41.0 49.9
        39.6 60.9 43.1 22.0 42.3 52.8
        39.9 60.9 43.3 21.8 42.8 53.7
        39.1 60.2 42.1 21.7 41.7 52.8
        39.6 60.6 43.2 22.0 43.2 52.4
        41.8 62.6 45.6 23.4 45.5 55.6""",
        count=7,
    )
    assert_holds(
        'maskrcnn-mask', '35.5 57.0 37.9 16.0 38.2 52.9  37.1 59.4 39.4 16.6 40.0 55.6', count=2
    )
    assert value('maskrcnn-box/r2n101_26w4s', 'box AP S') == 23.4
