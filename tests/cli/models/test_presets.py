"""The list of networks and what is known of one."""

from res2net_mm.cli import main
from res2net_mm.presets import describe, zoo_table


def test_all_or_one(capsys):
    assert main('presets', []) == 0
    assert capsys.readouterr().out == zoo_table() + '\n'
    assert main('presets', ['res2net50_26w_4s']) == 0
    assert capsys.readouterr().out == describe('res2net50_26w_4s') + '\n'
