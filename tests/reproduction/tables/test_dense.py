"""Tables 7, 9 and 10 of the paper, listed independently of the rows."""

import pytest
from published import assert_holds, value


def test_table_7():
    assert_holds('table7', '77.7 78.2 79.2 79.1 79.0 79.0 80.2', count=7)
    assert value('table7/r2n50', 'mIoU') == 79.2
    assert value('table7/r2n101', 'mIoU') == 80.2


def test_table_9():
    assert_holds(
        'table9',
        """
        .910 .065  .926 .056   .823 .105  .841 .099
        .894 .058  .905 .050   .748 .092  .800 .071""",
        count=8,
    )
    assert value('table9/r2n50_dut_omron', 'MAE') == 0.071


def test_poolnet():
    assert_holds(
        'poolnet',
        """
        .940 .042  .863 .075  .830 .055  .934 .032  .867 .100  .886 .040
        .947 .036  .871 .070  .837 .052  .936 .031  .885 .096  .892 .037""",
        count=12,
    )
    assert value('poolnet/r2n50_sod', 'maxF') == 0.885


def test_table_10():
    assert_holds(
        'table10',
        """
        70.4 88.6 78.3 67.1 77.2
        71.5 89.0 79.3 68.2 78.4
        71.4 89.3 79.3 68.1 78.1
        72.2 89.4 79.8 68.9 79.2
        72.2 89.5 79.7 68.5 79.4
        73.0 89.5 80.3 69.5 80.0""",
        count=6,
    )
    assert_holds(
        'pose-gt',
        """
        72.4 91.5 80.4 69.7 76.5
        73.7 92.5 81.4 70.8 78.2
        74.4 92.6 82.6 72.0 78.5
        74.3 92.6 81.6 71.3 79.2
        75.3 92.6 82.5 72.2 80.1""",
        count=5,
    )


@pytest.mark.parametrize(('layers', 'said', 'by_table'), [(50, 3.3, 1.1), (101, 3.0, 0.8)])
def test_what_the_text_of_the_paper_compares(layers, said, by_table):
    """The sentence of section 4.10 mixes boxes of two kinds, as the note says."""
    ours, theirs = f'r2n{layers}_26w4s', f'r{layers}'
    on_truth, detected, base = (
        value(row, 'keypoint AP')
        for row in (f'pose-gt/{ours}', f'table10/{ours}', f'table10/{theirs}')
    )
    assert on_truth - base == pytest.approx(said)
    assert detected - base == pytest.approx(by_table)
