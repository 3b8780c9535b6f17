"""Items come through, with a bar on stderr or without."""

import pytest

from res2net_mm.progress import track


@pytest.mark.parametrize('shown', [True, False])
def test_every_item_comes_through(shown, capsys):
    assert list(track(iter('abc'), 'reading', total=3, shown=shown)) == ['a', 'b', 'c']
    assert shown or not capsys.readouterr().err
