"""From work directories and files to reports, and the tool in a process of its own."""

import pytest
from tool_process import one_error, run

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results
from res2net_mm.report import compare_runs
from res2net_mm.report.by_size.verdict import points

TOOL = 'compare_by_size.py'


def compare(paths, output, **options):
    said = []
    options = {'bootstrap': 10, 'pictures': 2, 'progress': False, 'say': said.append, **options}
    return compare_runs(paths, output, **options), '\n'.join(said)


def test_two_work_dirs(drawn, work_dir, tmp_path):
    report, said = compare([work_dir('old', 0), work_dir('new', 1)], tmp_path / 'report.html')
    assert report.title == 'new against old, by object size'
    (section,) = report.sections
    titles = [part.title for part in section.parts]
    assert 'Images where the runs differ most' in titles
    assert [part.title for part in report.parts] == ['Training (boxes)']
    expected = compare_results(drawn.score(0), drawn.score(1), resamples=10)
    cards = section.verdicts[0].cards
    for card, column in zip(cards, (*expected.bins, expected.overall), strict=True):
        assert card.change == f'{points(column.scores["AP"].difference)} AP'
    assert section.verdicts[0].sentence in said
    assert said.splitlines()[-1].startswith(f'written: {tmp_path}/report.html, ')
    assert 'area of the mask' in section.facts
    assert not report.notes


def test_bad_numbers_and_places_are_refused_before_anything_is_read(tmp_path):
    for options, message in (
        ({'bootstrap': 1}, 'bootstrap=1: must be 2 or more'),
        ({'pictures': -1}, 'pictures=-1: must be 0 or more'),
    ):
        with pytest.raises(UserError, match=message):
            compare(['a', 'b'], tmp_path / 'r.html', **options)
    with pytest.raises(UserError, match=r'ending in \.html'):
        compare(['a', 'b'], tmp_path / 'r.txt')


def test_the_tool(work_dir, tmp_path):
    runs = work_dir('old', 0), work_dir('new', 1, logged=False)
    options = ['-o', tmp_path / 'report.html', '--bootstrap', 5, '--pictures', 1]
    done = run(TOOL, *runs, *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'Boxes: new against old' in done.stdout
    assert done.stdout.splitlines()[-1].startswith('written: ')
    assert (tmp_path / 'report.html').stat().st_size > 50_000
    failed = run(TOOL, *runs, '-o', tmp_path / 'x.html', '--gt', 'gt.json', cwd=tmp_path)
    assert one_error(failed).startswith('error: --gt is for results files')
    assert not (tmp_path / 'x.html').exists()
