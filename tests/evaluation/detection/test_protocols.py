"""VOC's rules against MMDetection's eval_map and VOCMetric, on the same random detections."""

import contextlib
import io

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import BaseDataElement, InstanceData

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeMetric

CLASSES = ('ant', 'bee', 'cow')
BINS = [('s', 0, 40), ('m', 40, 90), ('l', 90, None)]
RANGES = [(0, 40), (40, 90), (90, 1e5)]


def draw(seed, images=14):
    """Data samples with random objects, difficult ones among them, and detections around them."""
    random = np.random.default_rng(seed)
    samples = []
    for index in range(images):
        count = random.integers(0, 7)
        low = random.uniform(0, 200, (count, 2))
        boxes = np.hstack([low, low + random.choice([15, 60, 120], (count, 1)) + 9])
        labels = random.integers(0, 2, count)  # no cows
        difficult = random.random(count) < 0.25
        near = np.repeat(np.arange(count), 3)
        sides = boxes[near, 2:] - boxes[near, :2]
        found = boxes[near] + random.normal(0, 0.12, (len(near), 4)) * np.tile(sides, 2)
        kinds = np.where(random.random(len(near)) < 0.8, labels[near], 2)
        stray = random.uniform(0, 150, (2, 2))
        found = np.vstack([found, np.hstack([stray, stray + random.uniform(5, 150, (2, 2))])])
        kinds = np.concatenate([kinds, random.integers(0, 3, 2)])
        sample = BaseDataElement(metainfo={'img_id': index, 'ori_shape': (400, 400)})
        for field, chosen in (('gt_instances', ~difficult), ('ignored_instances', difficult)):
            instances = InstanceData(
                bboxes=torch.from_numpy(boxes[chosen]), labels=torch.from_numpy(labels[chosen])
            )
            setattr(sample, field, instances)
        sample.pred_instances = InstanceData(
            bboxes=torch.from_numpy(found),
            scores=torch.from_numpy(random.random(len(found))),
            labels=torch.from_numpy(kinds),
        )
        samples.append(sample)
    return samples


def evaluate(metric, samples):
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = {'classes': CLASSES, 'dataset_type': None}
    evaluator.process(data_samples=samples)
    return evaluator.evaluate(len(samples))


def by_mmdet(samples, mode):
    from mmdet.evaluation.functional import eval_map

    found, truth = [], []
    for sample in samples:
        p, g, i = sample.pred_instances, sample.gt_instances, sample.ignored_instances
        rows = torch.hstack([p.bboxes, p.scores[:, None]]).numpy()
        found.append([rows[p.labels.numpy() == k] for k in range(len(CLASSES))])
        truth.append(
            {
                'bboxes': g.bboxes.numpy(),
                'labels': g.labels.numpy(),
                'bboxes_ignore': i.bboxes.numpy(),
                'labels_ignore': i.labels.numpy(),
            }
        )
    with contextlib.redirect_stdout(io.StringIO()):
        return eval_map(
            found,
            truth,
            scale_ranges=RANGES,
            iou_thr=0.5,
            nproc=1,
            use_legacy_coordinate=True,
            eval_mode=mode,
            logger='silent',
        )


@pytest.mark.parametrize(('protocol', 'mode'), [('voc07', '11points'), ('voc12', 'area')])
@pytest.mark.parametrize('seed', range(3))
def test_ap_by_size_equals_mmdets_eval_map(protocol, mode, seed, tmp_path):
    samples = draw(seed)
    metric = SizeMetric(protocol=protocol, bins=BINS, bins_by='side', out_dir=tmp_path)
    values = evaluate(metric, samples)
    means, _ = by_mmdet(samples, mode)
    for name, mean in zip('sml', means, strict=True):
        assert values[f'pascal_voc/mAP_{name}'] == pytest.approx(mean, abs=1e-6)
    assert len({round(mean, 4) for mean in means}) == 3


@pytest.mark.parametrize(('protocol', 'mode'), [('voc07', '11points'), ('voc12', 'area')])
def test_map_equals_mmdets_voc_metric(protocol, mode):
    from mmdet.evaluation import VOCMetric

    samples = draw(7)
    theirs = evaluate(VOCMetric(eval_mode=mode), samples)
    ours = evaluate(SizeMetric(protocol=protocol), samples)
    assert set(theirs) <= set(ours)
    assert ours['pascal_voc/mAP'] == pytest.approx(theirs['pascal_voc/mAP'], abs=1e-6)
    assert round(ours['pascal_voc/AP50'], 3) == pytest.approx(theirs['pascal_voc/AP50'])
    assert 0.1 < ours['pascal_voc/mAP'] < 0.9


def test_a_second_detection_of_an_object_is_wrong_even_beside_a_free_one():
    """COCO lets it have the neighbour that it overlaps less; VOC does not."""
    sample = BaseDataElement(metainfo={'img_id': 0, 'ori_shape': (99, 99)})
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0, 49, 49], [0, 0, 49, 39]]), labels=torch.tensor([0, 0])
    )
    sample.ignored_instances = InstanceData(
        bboxes=torch.empty(0, 4), labels=torch.empty(0, dtype=torch.long)
    )
    sample.pred_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0, 49, 49], [0, 0, 49, 48]]),
        scores=torch.tensor([0.9, 0.8]),
        labels=torch.tensor([0, 0]),
    )
    assert evaluate(SizeMetric(protocol='voc12'), [sample])['pascal_voc/AR'] == 0.5
    assert evaluate(SizeMetric(), [sample])['coco/bbox_mAP_50'] == pytest.approx(1)


def test_voc_scores_boxes_only():
    with pytest.raises(UserError, match="metric='segm' must be 'bbox'"):
        SizeMetric(protocol='voc07', metric='segm')
