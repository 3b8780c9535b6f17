"""Every table names its data, and the data says how to get it."""

from res2net_mm.reproduction.data_sets import DATA
from res2net_mm.reproduction.rows import all_tables


def test_every_data_set_is_used_and_every_table_has_one():
    assert {table.data for table in all_tables()} == set(DATA)


def test_it_is_told_with_its_size_and_home():
    text = str(DATA['voc12aug'])
    assert 'PASCAL VOC 2012' in text
    assert 'GB' in text
    assert 'http' in text
