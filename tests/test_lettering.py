import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from res2net_mm import lettering
from res2net_mm.lettering import Lettering, letter

DEJAVU = lettering._default_font()


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


def plot_of(*texts):
    figure = Figure()
    figure.suptitle(texts[0])
    for text in texts[1:]:
        figure.text(0.5, 0.5, text)
    return figure


def test_words_of_a_plot_that_no_font_has_are_numbered(monkeypatch):
    monkeypatch.setattr(
        lettering, '_font_with', lambda letters: None if max(letters) > 0x2E80 else DEJAVU
    )
    figure = plot_of('карта 汽车 0.9', 'plain', '汽车  自行车')
    letters = letter(figure)
    texts = sorted(text.get_text() for text in figure.findobj(Text))
    assert texts == ['#2  #3', 'plain', 'карта #2 0.9']
    assert letters.said() == (
        'no font of this system has the letters of some names; drawn as: #2 汽车, #3 自行车'
    )


def test_a_plot_gets_the_fonts_that_have_its_letters(monkeypatch):
    other = str(Path(DEJAVU).with_name('STIXGeneral.ttf'))
    monkeypatch.setattr(lettering, '_font_with', lambda letters: other)
    figure = plot_of('Ёлка', 'plain')
    assert letter(figure).said() == ''
    families = [text.get_fontfamily() for text in figure.findobj(Text)]
    assert ['DejaVu Sans', 'STIXGeneral'] in families
    figure.savefig(io.BytesIO())


def test_only_words_that_are_drawn_as_numbers_are_told(monkeypatch):
    assert Lettering(['car', 'Ёлка']).said() == ''
    monkeypatch.setattr(lettering, '_font_with', lambda letters: None)
    said = Lettering(['car', '汽车']).said()
    assert said == 'no font of this system has the letters of some names; drawn as: #2 汽车'
