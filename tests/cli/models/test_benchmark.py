"""`benchmark` writes its figures where it is told, and checks that place first."""

import pytest

import res2net_mm.benchmark as package
from res2net_mm.cli import main


def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_measured(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(package, 'benchmark', lambda *_, **__: pytest.fail('measured'))
    arguments = ['--peers', '', '--model', 'res2net_light_14w_4s']
    with pytest.raises(SystemExit) as ended:
        main('benchmark', [*arguments, '--json', str(tmp_path / 'gone/x.json')])
    assert ended.value.code == 2
    assert 'there is no such folder' in capsys.readouterr().err
