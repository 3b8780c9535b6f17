import numpy as np

from res2net_mm import lettering
from res2net_mm.lettering import Lettering


def test_a_name_is_written_where_it_is_told_and_stays_in_its_size():
    letters = Lettering(['café', 'Ёлка'], size=20)
    assert letters.unwritten == ()
    for name in ('café', 'Ёлка'):
        picture = np.zeros((60, 300, 3), np.uint8)
        width, height = letters.size_of(name, ' 0.93')
        letters.write(picture, (30, 10), name, ' 0.93', (255, 255, 255))
        rows, columns = np.nonzero(picture.any(-1))
        assert len(rows) > 50
        assert 30 <= columns.min() <= columns.max() <= 30 + width
        assert 10 <= rows.min() <= rows.max() <= 10 + height


def test_names_that_no_font_has_are_numbered(monkeypatch):
    monkeypatch.setattr(lettering, '_font_with', lambda letters: None)
    letters = Lettering(['car', '汽车'])
    assert letters.unwritten == ('汽车',)
    assert [letters.shown(name) for name in ('car', '汽车')] == ['car', '#2']


def test_text_at_the_edge_is_cut_off():
    picture = np.zeros((10, 10, 3), np.uint8)
    Lettering(['name']).write(picture, (6, 4), 'name')
    Lettering(['name']).write(picture, (60, 4), 'name')
    assert picture[4:, 6:].any()
