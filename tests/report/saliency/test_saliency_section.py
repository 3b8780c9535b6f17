"""From work directories of salient object detectors to a report."""

import csv
import json

import numpy as np
import pytest
import torch
from test_compare import compare

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SaliencySizeMetric, compare_results
from res2net_mm.evaluation.saliency import read_saliency, score_saliency
from res2net_mm.report.by_size.verdict import points, tone_of

BINS = [('small', 0, 500), ('large', 500, None)]


@pytest.fixture
def saliency_dir(tmp_path):
    """Returns ``make(name, noise) -> folder`` that saliency maps were scored in."""

    def make(name, noise, **options):
        folder, images = tmp_path / name, 50
        metric = SaliencySizeMetric(out_dir=folder, **{'bins': BINS, **options})
        for i in range(images):
            rows, columns = np.mgrid[:40, :60]
            truth = (rows - 20) ** 2 + (columns - 30) ** 2 <= (5 + i % 15) ** 2
            random = np.random.default_rng(i)
            saliency = np.clip(0.8 * truth + noise * random.normal(0.3, 0.3, truth.shape), 0, 1)
            sample = {
                'img_path': f'{i:02d}.png',
                'gt_sem_seg': {'data': torch.from_numpy(truth)[None].long()},
                'seg_logits': {'data': torch.from_numpy(saliency)[None]},
            }
            metric.process(None, [sample])
        metric.evaluate(images)
        lines = [{'loss': 3 - 0.2 * i, 'iter': 10 * i, 'step': 10 * i} for i in range(10)]
        lines += [{'maxF': 0.5, 'maxF_small': 0.2, 'step': 50}]
        log = folder / '20250101_000000/vis_data/scalars.json'
        log.parent.mkdir(parents=True)
        log.write_text('\n'.join(map(json.dumps, lines)))
        return folder

    return make


def test_two_work_dirs_have_the_numbers_of_compare_results(saliency_dir, tmp_path):
    folders = saliency_dir('old', 1.0), saliency_dir('new', 0.2)
    report, said = compare(folders, tmp_path / 'report.html', bootstrap=20)
    assert report.title == 'new against old, by object size'
    (section,) = report.sections
    results = [
        score_saliency(read_saliency(folder / 'saliency_by_size.npz'), bins=BINS)
        for folder in folders
    ]
    expected = compare_results(*results, resamples=20)
    for card, column in zip(section.verdicts[0].cards, expected.columns, strict=True):
        assert card.change == f'{points(column.scores["maxF"].difference)} maxF'
        assert card.tone == tone_of(column, 'maxF')
    rows = {row[0].text: row[1:] for row in section.parts[0].tables[0].rows}
    assert [cell.text for cell in rows['salient areas']] == [
        str(column.images) for column in results[0].columns
    ]
    assert rows['MAE: new'][2].text == f'{100 * expected.overall.scores["MAE"].b:.1f}'
    with (tmp_path / 'report.csv').open(newline='') as file:
        records = list(csv.DictReader(file))
    of_all = {r['score']: r for r in records if r['bin'] == 'all' and r['class'] == 'all classes'}
    assert of_all['MAE']['verdict'] == of_all['maxF']['verdict'] == 'gain'
    assert float(of_all['MAE']['difference']) < 0
    assert float(of_all['MAE']['b_wins']) == 1
    assert section.verdicts[0].sentence in said
    (training,) = report.parts
    assert 'max F, %, small' in training.figures[0].svg


def test_what_does_not_fit_is_refused(saliency_dir, tmp_path):
    first, second = saliency_dir('a', 1.0), saliency_dir('b', 1.0, bins=None)
    page = tmp_path / 'report.html'
    with pytest.raises(UserError, match='scored with different bins'):
        compare([first, second], page, bootstrap=20)
    with pytest.raises(UserError, match='gt=, protocol=: for detections or label maps'):
        compare([first, second], page, gt=tmp_path, protocol='coco')
    (tmp_path / 'other').mkdir()
    with pytest.raises(UserError, match=r'a holds scores of saliency maps and .*other none'):
        compare([first, tmp_path / 'other'], page)
    (second / 'saliency_by_size.json').write_text('{}')
    with pytest.raises(UserError, match='does not say in which size bins it was scored'):
        compare([first, second], page)
