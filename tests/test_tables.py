"""Aligned text, and scores as cells."""

from res2net_mm.tables import align, interval_text, percent


def test_the_first_column_goes_left_and_the_rest_right():
    assert align([['', 'AP'], ['small', '9.5']]) == ['        AP', 'small  9.5']


def test_a_side_for_each_column():
    rows = [['a', 'b', 'c'], ['long', '1', 'word']]
    assert align(rows, '<><') == ['a     b  c', 'long  1  word']
    assert align(rows, '>') == ['   a  b     c', 'long  1  word']


def test_scores():
    assert percent(0.1234, '-') == '12.3'
    assert percent(None, '-') == '-'
    assert interval_text((0.1, 0.25)) == '10.0..25.0'
    assert interval_text(None) == ''
