import csv

import torch

from res2net_mm.evaluation import ClassPredictions
from res2net_mm.registry import METRICS

CLASSES = tuple('abcdefg')


def written(tmp_path, samples):
    """Return the rows of the file that comes of samples, in two batches."""
    out_file = tmp_path / 'new/classes.csv'
    metric = METRICS.build(dict(type='ClassPredictions', out_file=str(out_file)))
    assert isinstance(metric, ClassPredictions)
    classes = CLASSES[: len(samples[0]['pred_score'])]
    metric.dataset_meta = dict(classes=classes)
    for sample in samples:
        metric.process({}, [sample])
    assert metric.evaluate(len(samples)) == {}
    with out_file.open(newline='', encoding='utf-8') as stream:
        return list(csv.DictReader(stream))


def sample(file, *scores):
    return dict(img_path=file, pred_score=torch.tensor(scores))


def test_the_best_classes_of_each_image(tmp_path):
    rows = written(
        tmp_path,
        [
            sample('/data/b/猫.jpg', 0.1, 0.4, 0.05, 0.2, 0.25, 0.0, 0.0),
            sample('/data/a.jpg', 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.7),
        ],
    )
    assert [row['file'] for row in rows] == ['a.jpg', 'b/猫.jpg']
    assert (rows[0]['class'], rows[0]['score']) == ('g', '0.700000')
    last = rows[1]
    assert [last['class'], *(last[f'class_{i}'] for i in range(2, 6))] == list('bedac')
    assert float(last['score_5']) == 0.05
    assert 'class_6' not in last


def test_fewer_classes_than_five(tmp_path):
    (row,) = written(tmp_path, [sample('/x/a.jpg', 0.3, 0.7)])
    assert list(row) == ['file', 'class', 'score', 'class_2', 'score_2']
    assert (row['class'], row['class_2']) == ('b', 'a')
