"""Tables 1 to 4 of the paper, listed independently of the rows."""

from published import assert_holds, value


def test_tables_1_and_2():
    errors = """
    22.01 6.15  23.85 7.13  21.41 5.88  22.55 6.44  21.76 6.09  22.61 6.50  21.53 5.80  23.32 6.60
    21.55 5.86  22.19 6.13  21.56 5.94  23.24 6.69  21.68 6.00  22.41       20.81 5.57
    22.63 6.44  22.35 6.20  19.73 4.96  18.77 4.64  14.87 2.58"""
    costs = """
    25.70 4.2  24.67 4.2  21.15 4.2  17.33 3.6  45.21 8.1  25.72 4.5  45.23 8.3  76.21 15.7"""
    assert_holds('table1-2', errors + costs, count=20)
    assert value('table1-2/r2n50_26w4s', 'top-1 error') == 22.01
    assert value('table1-2/r2nxdla60', 'top-5 error') == 5.86


def test_table_3():
    assert_holds(
        'table3',
        """
        4.2 149 23.85 7.13
        4.2 148 22.68 6.47 25.29
        4.2 153 22.01 6.15 25.70
        4.2 172 21.86 6.14 25.06
        6.3     21.42 5.87 37.05
        8.3     20.80 5.63 48.40
        2.9 106 22.92 6.67""",
        count=7,
    )
    assert value('table3/r2n50_14w8s', 'runtime ms') == 172


def test_table_4():
    assert_holds(
        'table4',
        """
        36.5 20.50  34.4 17.90  68.1 17.31  25.6 17.18  24.3 16.98  33.8 16.93
        36.7 16.79  35.1 16.77  26.0 16.68  34.0 16.64  36.9 16.56""",
        count=11,
    )
    assert value('table4/r2nx29_8c25w4s', 'top-1 error') == 16.93


def test_cifar_by_others():
    assert_holds(
        'cifar-others', '19.38 19.26 18.67 18.57 23.71 32.96 36.15 82.17 82.29 80.78', count=7
    )
