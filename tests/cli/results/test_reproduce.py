"""What `reproduce` gives to the library, and what it prints."""

import pytest

from res2net_mm.cli import main
from res2net_mm.errors import UserError


def test_a_row_is_run_with_its_options(call):
    line = (
        'reproduce table7/r2n50 --data d --no-pretrained --work-dir w --launcher pytorch '
        '--cfg-options train_cfg.max_iters=2'
    )
    given = call('res2net_mm.reproduction.reproduce', line)
    row = given.pop('row')
    assert row.name == 'table7/r2n50'
    assert given == dict(
        data='d',
        pretrained=False,
        work_dir='w',
        launcher='pytorch',
        cfg_options={'train_cfg.max_iters': 2},
    )


def test_all_of_a_table_are_run_and_a_failure_is_the_status(monkeypatch, capsys):
    import res2net_mm.reproduction as package

    def each(rows, **options):
        assert options == dict(data='d')
        for i, row in enumerate(rows):
            yield row, None if i else 'a table', 'why not' if i else ''

    monkeypatch.setattr(package, 'reproduce_each', each)
    assert main('reproduce', ['table5', '--all', '--data', 'd']) == 1
    said = capsys.readouterr().out
    assert 'a table' in said
    assert 'why not' in said
    assert '1 of 3 rows done, 2 could not be run, 0 have no config' in said


def test_rows_are_listed(capsys):
    assert main('reproduce', []) == 0
    everything = capsys.readouterr().out.splitlines()
    assert len(everything) > 180
    assert main('reproduce', ['table7']) == 0
    assert len(capsys.readouterr().out.splitlines()) == 8


def test_a_dry_run_says_what_would_be_run(capsys):
    assert main('reproduce', ['mmdet/htc_20e', '--dry-run']) == 0
    assert 'res2net-mm test htc_r2n101_fpn_20e https://' in capsys.readouterr().out


def test_the_page_is_written_where_it_is_named(tmp_path, capsys):
    assert main('reproduce', ['--write', str(tmp_path / 'page.md')]) == 0
    assert (tmp_path / 'page.md').read_text().startswith('# Reproduction')


def test_options_of_a_run_need_a_row():
    with pytest.raises(UserError, match='name a row to run it'):
        main('reproduce', ['table7', '--data', 'd', '--debug'])


def test_one_checkpoint_is_not_that_of_all_rows():
    with pytest.raises(UserError, match='checkpoint is of one row'):
        main('reproduce', ['table7', '--all', '--checkpoint', 'a.pth', '--debug'])
