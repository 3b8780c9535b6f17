"""What `demo-page` gives to the library; tests/deploy/web runs it."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ('line', 'given'),
    [
        ('m.onnx', {}),
        (
            'm.onnx -o p.html --results w --title t --engine e.tgz',
            dict(out='p.html', results='w', title='t', engine='e.tgz'),
        ),
    ],
)
def test_options_become_arguments(monkeypatch, capsys, tmp_path, line, given):
    import res2net_mm.deploy.web.demo_page as room
    from res2net_mm.cli import main

    page = tmp_path / 'p.html'
    page.write_bytes(b'x' * 2_500_000)
    found = []

    def stand_in(model: str, **options: str) -> Path:
        found.append((model, options))
        return page

    monkeypatch.setattr(room, 'write_demo_page', stand_in)
    assert main('demo-page', line.split()) == 0
    assert found == [('m.onnx', given)]
    assert capsys.readouterr().out == f'{page}: 2.5 MB, opens in any browser of today\n'
