"""The metric says what MMPretrain's says, prints one table and writes its files."""

import json
import logging

import numpy as np
import pytest
import torch
from mmengine.logging import MMLogger

from res2net_mm.errors import UserError
from res2net_mm.evaluation import AccuracyMetric
from res2net_mm.evaluation.classification.accuracy_metric import RESULT_FILE, read_sizes
from res2net_mm.evaluation.classification.classified_images import read_classified

CLASSES = tuple('abcdefgh')


def samples(count=50, seed=0, folder=''):
    generator = torch.Generator().manual_seed(seed)
    scores = torch.rand(count, len(CLASSES), generator=generator).softmax(1)
    labels = torch.randint(len(CLASSES), (count, 1), generator=generator)
    return [
        dict(pred_score=s, gt_label=label, img_path=f'{folder}{i:03d}.png')
        for i, (s, label) in enumerate(zip(scores, labels, strict=True))
    ]


def evaluate(metric, given):
    metric.dataset_meta = dict(classes=CLASSES)
    for start in range(0, len(given), 16):
        metric.process({}, given[start : start + 16])
    return metric.evaluate(len(given))


def test_equals_mmpretrain(tmp_path):
    from mmpretrain.evaluation import Accuracy

    expected = evaluate(Accuracy(topk=(1, 5)), samples())
    found = evaluate(AccuracyMetric(out_dir=tmp_path), samples())
    assert found == pytest.approx(expected, abs=1e-4)


def test_by_size_where_sizes_are_known(tmp_path, caplog):
    for i in range(50):
        (tmp_path / f'{i:03d}.png').touch()
    lines = ['file,label,size', *(f'{i:03d}.png,a,{8 if i < 20 else 40}' for i in range(50))]
    (tmp_path / 'objects.csv').write_text('\n'.join(lines))
    metric = AccuracyMetric(
        sizes=tmp_path / 'objects.csv', bins=[20], bootstrap=100, out_dir=tmp_path / 'out'
    )
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO):
            found = evaluate(metric, samples(folder=f'{tmp_path}/'))
    finally:
        logger.removeHandler(caplog.handler)
    written = json.loads((tmp_path / 'out' / RESULT_FILE).read_text())
    assert [(s['bin'], s['images']) for s in written['scores']] == [
        ('0-20', 20),
        ('20-up', 30),
        ('all', 50),
    ]
    assert found['accuracy/top1_0-20'] == pytest.approx(100 * written['scores'][0]['top-1'])
    assert 'intervals' in written['scores'][0]
    assert len(read_classified(tmp_path / 'out')) == 50
    assert 'accuracy in % by apparent size' in caplog.text
    assert '0-20' in caplog.text


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (dict(gt_label=torch.tensor([1, 2])), 'one label'),
        (dict(pred_score=None), 'no scores'),
    ],
)
def test_what_cannot_be_scored_is_refused(change, message):
    sample = {k: v for k, v in (samples(1)[0] | change).items() if v is not None}
    with pytest.raises(UserError, match=message):
        evaluate(AccuracyMetric(), [sample])


@pytest.mark.parametrize('text', ['', 'file\na.png', 'file,size\na.png,large', 'file,size\na.png'])
def test_a_file_without_sizes_is_one_error(tmp_path, text):
    path = tmp_path / 'sizes.csv'
    path.write_text(text)
    if not text:
        assert read_sizes(path) == {}
        return
    with pytest.raises(UserError, match='does not tell the sizes'):
        read_sizes(path)


def test_processes_that_share_a_set_give_one_order():
    shuffled = samples()
    order = np.random.default_rng(0).permutation(len(shuffled))
    assert evaluate(AccuracyMetric(), [shuffled[i] for i in order]) == evaluate(
        AccuracyMetric(), shuffled
    )
