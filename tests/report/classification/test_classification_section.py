"""From work directories of classifiers to a report."""

import csv
import json

import numpy as np
import pytest
import torch
from test_compare import compare

from res2net_mm.errors import UserError
from res2net_mm.evaluation import AccuracyMetric, compare_results
from res2net_mm.evaluation.classification.accuracy import score_classified
from res2net_mm.evaluation.classification.classified_images import read_classified
from res2net_mm.report.by_size.verdict import points, tone_of
from res2net_mm.report.classification.classification_section import (
    answer_table,
    confusion_table,
)

CLASSES = tuple('abcdefgh')
IMAGES = 120


@pytest.fixture
def work_dir(tmp_path):
    """Returns ``make(name, skill) -> folder`` that a classifier was scored in."""
    folder = tmp_path / 'images'
    folder.mkdir()
    lines = ['file,size']
    for i in range(IMAGES):
        (folder / f'{i:03d}.png').touch()
        lines.append(f'{i:03d}.png,{10 if i < 60 else 40}')
    (folder / 'sizes.csv').write_text('\n'.join(lines))

    def make(name, skill, *, classes=CLASSES, sizes=True, **options):
        metric = AccuracyMetric(
            out_dir=tmp_path / name,
            bootstrap=0,
            **(dict(sizes=folder / 'sizes.csv', bins=[20]) if sizes else {}),
            **options,
        )
        metric.dataset_meta = dict(classes=classes)
        random = np.random.default_rng(0)
        for i in range(IMAGES):
            scores = random.random(len(classes))
            scores[i % len(classes)] *= skill
            sample = dict(
                pred_score=torch.from_numpy(scores),
                gt_label=torch.tensor([i % len(classes)]),
                img_path=str(folder / f'{i:03d}.png'),
            )
            metric.process({}, [sample])
        metric.evaluate(IMAGES)
        lines = [{'loss': 3 - 0.2 * i, 'iter': 10 * i, 'step': 10 * i} for i in range(10)]
        lines += [{'accuracy/top1': 50.0, 'step': 50}]
        log = tmp_path / name / '20250101_000000/vis_data/scalars.json'
        log.parent.mkdir(parents=True)
        log.write_text('\n'.join(map(json.dumps, lines)))
        return tmp_path / name

    return make


def test_two_work_dirs_have_the_numbers_of_compare_results(work_dir, tmp_path):
    folders = work_dir('old', 1), work_dir('new', 3)
    report, said = compare(folders, tmp_path / 'report.html', bootstrap=50)
    (section,) = report.sections
    results = [score_classified(read_classified(folder), bins=[20]) for folder in folders]
    expected = compare_results(*results, resamples=50)
    for card, column in zip(section.verdicts[0].cards, expected.columns, strict=True):
        assert card.change == f'{points(column.scores["top-1"].difference)} top-1'
        assert card.tone == tone_of(column, 'top-1')
    assert section.verdicts[0].sentence in said
    with (tmp_path / 'report.csv').open(newline='') as file:
        records = [r for r in csv.DictReader(file) if r['bin'] == 'all' and r['score'] == 'top-1']
    assert [r['verdict'] for r in records] == ['gain']
    assert not any(part.title == 'By class and size' for part in section.parts)
    (training,) = report.parts
    assert 'top-1, %, all sizes' in training.figures[0].svg


def test_answers_and_confusions_are_counted(work_dir):
    runs = [read_classified(work_dir('old', 1)), read_classified(work_dir('new', 2))]
    (row,) = answer_table(['old', 'new'], runs).rows
    a, b = (run.rank == 0 for run in runs)
    expected = [sum(a & b), sum(a & ~b), sum(~a & b), sum(~a & ~b)]
    assert [cell.text for cell in row] == ['new', *map(str, expected)]
    for row in confusion_table(['old', 'new'], runs).rows:
        true, said = (CLASSES.index(name) for name in row[0].text.split(' → '))
        for cell, run in zip(row[1:], runs, strict=True):
            assert int(cell.text) == sum((run.truth == true) & (run.predicted == said))


@pytest.mark.parametrize('classes', [CLASSES, tuple('abc')])
def test_sizes_may_be_unknown_and_classes_few(work_dir, tmp_path, classes):
    folders = [
        work_dir(name, skill, classes=classes, sizes=False)
        for name, skill in (('old', 1), ('new', 3))
    ]
    report, _ = compare(folders, tmp_path / 'report.html', bootstrap=20)
    (section,) = report.sections
    scores = {record['score'] for record in section.records}
    assert scores == ({'top-1', 'top-5'} if len(classes) > 5 else {'top-1'})
    assert {record['bin'] for record in section.records} == {'all'}


def test_what_does_not_fit_is_refused(work_dir, tmp_path):
    first, page = work_dir('a', 1), tmp_path / 'report.html'
    (tmp_path / 'other').mkdir()
    with pytest.raises(UserError, match=r'a holds the answers of a classifier and .*other none'):
        compare([first, tmp_path / 'other'], page)
    with pytest.raises(UserError, match='protocol=: for detections or label maps'):
        compare([first, work_dir('b', 1)], page, protocol='coco')
    with pytest.raises(UserError, match='in px'):
        compare([first, tmp_path / 'b'], page, bins=[0.1], bins_by='relative-side')
