"""`flops` counts a config that the package ships, from any folder."""

from argparse import ArgumentParser

from res2net_mm.benchmark.complexity import SIZE
from res2net_mm.cli import main
from res2net_mm.cli.models import flops


def test_a_config_is_counted(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main('flops', ['retinanet_r2n50_fpn', '--size', '64', '96']) == 0
    said = capsys.readouterr().out
    assert said.startswith('retinanet_r2n50_fpn: ')
    assert 'M parameters' in said


def test_the_size_by_default_is_that_of_the_published_tables():
    parser = ArgumentParser()
    flops.add_options(parser)
    assert parser.parse_args(['x']).size == SIZE
