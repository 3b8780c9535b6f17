"""What `check` gives to the library, and the status it ends with."""

from types import SimpleNamespace

import pytest

from res2net_mm.cli import main
from res2net_mm.data.checks import check_data as module


@pytest.mark.parametrize(('clean', 'status'), [(True, 0), (False, 1)])
def test_the_status_tells_whether_there_are_problems(clean, status, monkeypatch, capsys):
    given = {}

    def check_data(data, **options):
        given.update(options, data=data)
        return SimpleNamespace(ok=clean, clean=clean, __str__=None)

    monkeypatch.setattr(module, 'check_data', check_data)
    arguments = (
        'd --config c.py --layout coco --classes a --ignore-index 9 --allow-empty --picture p.png'
    )
    assert main('check', arguments.split()) == status
    assert given == dict(
        data='d',
        config='c.py',
        layout='coco',
        classes=['a'],
        ignore_index=9,
        allow_empty=True,
        picture='p.png',
    )
    assert capsys.readouterr().out
