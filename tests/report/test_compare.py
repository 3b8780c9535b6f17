"""From work directories and files to reports, and the tool in a process of its own."""

import json

import pytest
from tool_process import one_error, run

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results, evaluate_by_size
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


@pytest.fixture
def seeds(drawn, tmp_path):
    """Results files of three runs of each of two models: each leaves out other detections."""
    files = []
    for model, found in zip(('old', 'new'), drawn.detections, strict=True):
        for seed in range(3):
            files.append(tmp_path / f'{model}_seed{seed}.json')
            kept = [entry for i, entry in enumerate(found) if i % 9 != seed]
            files[-1].write_text(json.dumps(kept))
    return files[:3], files[3:]


def test_runs_with_other_seeds_are_compared_by_their_means(drawn, seeds, tmp_path):
    old, new = seeds
    report, _ = compare(
        new, tmp_path / 'r.html', against=old, gt=drawn.gt, images=drawn.images, iou_types=['bbox']
    )
    assert report.title == 'new against old, by object size'
    (section,) = report.sections
    assert 'of runs (3 and 3)' in section.facts
    assert len(section.verdicts) == 1
    results = [[evaluate_by_size(drawn.gt, file) for file in files] for files in seeds]
    expected = compare_results(*results, resamples=10).overall.scores['AP']
    (found,) = [
        r
        for r in section.records
        if (r['class'], r['bin'], r['score']) == ('all classes', 'all', 'AP')
    ]
    assert (found['a'], found['b']) == pytest.approx((expected.a, expected.b))
    assert (found['low'], found['high']) == pytest.approx((expected.low, expected.high))
    page = (tmp_path / 'r.html').read_text()
    assert ', '.join(f'{100 * score:.1f}' for score in expected.runs_b) in page
    named, _ = compare(
        new,
        tmp_path / 'r.html',
        against=old,
        gt=drawn.gt,
        names=['a', 'b'],
        pictures=0,
        iou_types=['bbox'],
    )
    assert named.runs == ['a', 'b']
    with pytest.raises(UserError, match='names= gives 6 names for 2 models'):
        compare(new, tmp_path / 'r.html', against=old, gt=drawn.gt, names=[*'abcdef'])


def test_a_gate_fails_the_command(drawn, tmp_path):
    files = [
        *reversed(drawn.files),
        '--gt',
        drawn.gt,
        '--iou-type',
        'bbox',
        '-o',
        tmp_path / 'r.html',
    ]
    options = ['--bootstrap', 20, '--pictures', 0, '--junit', tmp_path / 'gate.xml']
    done = run(TOOL, *files, *options, '--fail-if', 'all < -1.0', cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert 'bbox: a against b: all < -1.0: failed (AP all' in done.stdout
    assert '<failure' in (tmp_path / 'gate.xml').read_text()
    passed = run(TOOL, *files, *options, '--fail-if', 'all < -99', cwd=tmp_path)
    assert passed.returncode == 0, passed.stderr
    alone = run(TOOL, *files, *options, cwd=tmp_path)
    assert one_error(alone) == 'error: --junit writes what came of --fail-if: give one'
