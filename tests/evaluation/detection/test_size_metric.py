"""SizeMetric fed with data samples, by hand and through MMDetection's own datasets."""

import json
import logging
import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.structures import BaseDataElement, InstanceData
from together import run_together

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeMetric, evaluate_by_size, read_saved_evaluation

CLASSES = ('bee', 'ant', 'cow')  # the order of the file that make_coco draws
LABEL = {7: 0, 2: 1, 30: 2}


def boxes_xyxy(boxes):
    boxes = torch.tensor(boxes, dtype=torch.float64).reshape(-1, 4)
    return torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], dim=1)


def samples_of(truth, results, masks=None):
    """Data samples as a detector returns them, one per image, without ground truth."""
    samples = []
    for image in truth['images']:
        mine = [i for i, r in enumerate(results) if r['image_id'] == image['id']]
        predicted = InstanceData(
            bboxes=boxes_xyxy([results[i]['bbox'] for i in mine]),
            scores=torch.tensor([results[i]['score'] for i in mine], dtype=torch.float64),
            labels=torch.tensor([LABEL[results[i]['category_id']] for i in mine], dtype=torch.long),
        )
        if masks is not None:
            predicted.masks = [masks[i]['segmentation'] for i in mine]
        sample = BaseDataElement(
            metainfo={'img_id': image['id'], 'ori_shape': (image['height'], image['width'])}
        )
        sample.pred_instances = predicted
        samples.append(sample)
    return samples


def evaluate(metric, samples, classes=CLASSES):
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = {'classes': classes}
    for start in range(0, len(samples), 5):
        evaluator.process(data_samples=samples[start : start + 5])
    return evaluator.evaluate(len(samples))


@pytest.fixture
def coco(make_coco, tmp_path):
    truth, boxes, masks = make_coco(11)
    path = tmp_path / 'gt.json'
    path.write_text(json.dumps(truth))
    return path, truth, boxes, masks


@pytest.fixture
def logged(monkeypatch):
    """What the current MMLogger was told, a list of (level, text)."""
    told = []
    for level in ('info', 'warning'):
        monkeypatch.setattr(
            MMLogger, level, lambda _, text, level=level: told.append((level, str(text)))
        )
    return told


def test_values_carry_mmdets_names_and_pycocotools_numbers(coco, pycocotools_stats, tmp_path):
    path, truth, boxes, masks = coco
    metric = {
        'type': 'res2net_mm.SizeMetric',
        'ann_file': str(path),
        'metric': ['bbox', 'segm'],
        'out_dir': str(tmp_path / 'out'),
    }
    values = evaluate(metric, samples_of(truth, boxes, masks))
    for name, results in (('bbox', boxes), ('segm', masks)):
        stats = pycocotools_stats(truth, results, name).stats
        expected = dict(
            zip(('mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'mAP_m', 'mAP_l'), stats[:6], strict=True)
        )
        expected |= dict(zip(('AR', 'AR_s', 'AR_m', 'AR_l'), stats[8:], strict=True))
        for key, value in expected.items():
            assert values[f'coco/{name}_{key}'] == pytest.approx(value, abs=1e-6), (name, key)
    assert len(values) == 20
    written = json.loads((tmp_path / 'out' / 'ap_by_size.json').read_text())
    assert written['segm']['scores'][-1]['AP'] == values['coco/segm_mAP']


def test_agrees_with_mmdets_coco_metric(coco):
    from mmdet.evaluation import CocoMetric

    path, truth, boxes, masks = coco
    samples = samples_of(truth, boxes, masks)
    theirs = evaluate(CocoMetric(ann_file=str(path), metric=['bbox', 'segm']), samples)
    ours = evaluate(SizeMetric(ann_file=path, metric=['bbox', 'segm']), samples)
    assert len(theirs) == 12
    for key, value in theirs.items():
        assert round(ours[key], 3) == pytest.approx(value)


def test_labels_follow_the_file_for_a_subset_of_its_classes(coco, logged):
    path, truth, boxes, _ = coco
    ants = [box for box in boxes if box['category_id'] == 2]
    samples = samples_of(truth, ants)
    for sample in samples:
        sample.pred_instances.labels[:] = 0
    values = evaluate(SizeMetric(ann_file=path), samples, classes=('ant',))
    only = {**truth, 'categories': [c for c in truth['categories'] if c['name'] == 'ant']}
    assert values['coco/bbox_mAP'] == pytest.approx(evaluate_by_size(only, ants).overall.ap)
    assert not [text for level, text in logged if level == 'warning']


def test_another_order_of_the_classes_is_warned_about_once(coco, logged):
    path, truth, boxes, _ = coco
    metric = SizeMetric(ann_file=path)
    values = evaluate(metric, samples_of(truth, boxes))
    again = evaluate(metric, samples_of(truth, boxes), classes=('ant', 'bee', 'cow'))
    evaluate(metric, samples_of(truth, boxes), classes=('ant', 'bee', 'cow'))
    assert again == values
    (warning,) = (text for level, text in logged if level == 'warning')
    assert "lists them as 'bee', 'ant', 'cow'" in warning


def test_bins_of_ones_own_keep_their_names_and_empty_ones_have_no_value(coco, logged):
    path, truth, boxes, _ = coco
    bins = [('tiny', 0, 400), {'name': 'rest', 'low': 400}, ('huge', 1e7, None)]
    metric = SizeMetric(ann_file=path, bins=bins, classwise=True)
    values = evaluate(metric, samples_of(truth, boxes))
    assert set(values) == {
        'coco/bbox_' + name
        for name in ('mAP', 'mAP_50', 'mAP_75', 'mAP_tiny', 'mAP_rest', 'AR', 'AR_tiny', 'AR_rest')
    }
    tables = [text for _, text in logged if 'by' in text and 'size' in text]
    assert len(tables) == 3  # all classes, AP and AR by class
    assert all('huge' in table and 'no boxes' in table for table in tables)


def test_no_predictions_score_zero(coco):
    path, truth, _, _ = coco
    values = evaluate(SizeMetric(ann_file=path), samples_of(truth, []))
    assert set(values.values()) == {0.0}
    assert len(values) == 10


def test_images_without_prediction_are_mentioned(coco, logged):
    path, truth, boxes, _ = coco
    evaluate(SizeMetric(ann_file=path), samples_of(truth, boxes)[:5])
    assert any('got no prediction: 7' in text for _, text in logged)


def test_json_goes_to_the_work_dir_of_the_run(coco, tmp_path):
    path, truth, boxes, _ = coco
    run = tmp_path / 'work' / '20250101_000000'
    run.mkdir(parents=True)
    MMLogger.get_instance('size_metric_run', log_file=str(run / '20250101_000000.log'))
    try:
        evaluate(SizeMetric(ann_file=path), samples_of(truth, boxes))
        assert (tmp_path / 'work' / 'ap_by_size.json').is_file()
    finally:
        logger = MMLogger._instance_dict.pop('size_metric_run')
        for handler in logger.handlers:
            if isinstance(handler, logging.FileHandler):
                handler.close()


def test_what_a_comparison_needs_is_left_beside_the_numbers(coco, tmp_path, monkeypatch):
    path, truth, boxes, masks = coco
    bins = [('low', 0, 900), ('high', 900, None)]
    metric = SizeMetric(ann_file=path, metric=['bbox', 'segm'], bins=bins, out_dir=tmp_path / 'out')
    monkeypatch.chdir(tmp_path)
    samples = samples_of(truth, boxes, masks)
    for sample, image in zip(samples, truth['images'], strict=True):
        sample.set_metainfo({'img_path': f'pictures/{image["file_name"]}'})
    evaluate(metric, samples)
    written = json.loads((tmp_path / 'out/ap_by_size.json').read_text())
    saved = read_saved_evaluation(tmp_path / 'out')
    assert saved.ground_truth == path
    assert saved.images == str(tmp_path / 'pictures')
    for kind in ('bbox', 'segm'):
        again = evaluate_by_size(
            saved.read_ground_truth(),
            saved.read_detections(kind),
            iou_type=kind,
            **saved.options,
        )
        assert again.to_dict() == written[kind]


def test_nothing_is_written_without_a_work_dir(coco, tmp_path, monkeypatch):
    path, truth, boxes, _ = coco
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.rglob('*'))
    evaluate(SizeMetric(ann_file=path), samples_of(truth, boxes))
    assert set(tmp_path.rglob('*')) == before


def test_kept_results_travel_between_processes(coco):
    path, truth, boxes, masks = coco
    metric = SizeMetric(ann_file=path, metric=['bbox', 'segm'])
    metric.dataset_meta = {'classes': CLASSES}
    metric.process(None, [sample.to_dict() for sample in samples_of(truth, boxes, masks)])
    direct = metric.compute_metrics(metric.results)
    assert metric.compute_metrics(pickle.loads(pickle.dumps(metric.results))) == direct


TWO_PROCESSES = """
import json, sys
from mmengine.evaluator import Evaluator
from together import leave, meet

sys.path.insert(0, sys.argv[2])
from test_size_metric import CLASSES, samples_of

rank, folder = meet(), sys.argv[1]
truth, boxes, masks = json.load(open(f'{folder}/found.json'))
settings = dict(metric=['bbox', 'segm'], ann_file=f'{folder}/gt.json', out_dir=f'{folder}/out')
evaluator = Evaluator(dict(type='res2net_mm.SizeMetric', **settings))
evaluator.dataset_meta = dict(classes=CLASSES)
samples = samples_of(truth, boxes, masks)
for sample in (*samples, samples[0])[rank::2]:  # padded to a whole number, as samplers do
    evaluator.process(data_samples=[sample])
print('values are', json.dumps(evaluator.evaluate(len(samples))))
leave()
"""


@pytest.mark.slow
def test_two_processes_score_all_images_once(make_coco, tmp_path):
    truth, boxes, masks = make_coco(11, images=11)  # the last two hold no objects
    (tmp_path / 'gt.json').write_text(json.dumps(truth))
    (tmp_path / 'found.json').write_text(json.dumps([truth, boxes, masks]))
    (tmp_path / 'work.py').write_text(TWO_PROCESSES)
    said = run_together(tmp_path / 'work.py', tmp_path, Path(__file__).parent)
    metric = SizeMetric(
        ann_file=tmp_path / 'gt.json', metric=['bbox', 'segm'], out_dir=tmp_path / 'one'
    )
    expected = evaluate(metric, samples_of(truth, boxes, masks))
    assert 0 < expected['coco/bbox_mAP_s'] < 1
    values = [line for text in said for line in text.splitlines() if line.startswith('values are ')]
    assert values == [f'values are {json.dumps(expected)}'] * 2
    file = 'ap_by_size.json'
    assert (tmp_path / 'out' / file).read_text() == (tmp_path / 'one' / file).read_text()


VOC_OBJECT = (
    '<object><name>{}</name><difficult>{}</difficult><bndbox><xmin>{}</xmin><ymin>{}</ymin>'
    '<xmax>{}</xmax><ymax>{}</ymax></bndbox></object>'
)


@pytest.fixture
def voc_samples(tmp_path):
    """Returns what MMDetection's test pipeline makes of a VOC folder of three images.

    The second has another size and a difficult box, the third has none; Resize enlarges all.
    """
    from mmdet.registry import DATASETS
    from mmdet.utils import register_all_modules

    register_all_modules(init_default_scope=False)
    objects = {
        'a': [('ant', 0, 11, 11, 31, 31), ('bee', 0, 41, 11, 101, 71)],
        'b': [('ant', 0, 1, 1, 41, 41), ('ant', 1, 51, 51, 91, 91)],
        'c': [],
    }
    for folder in ('Annotations', 'JPEGImages', 'ImageSets/Main'):
        (tmp_path / 'voc/VOC2007' / folder).mkdir(parents=True)
    root = tmp_path / 'voc/VOC2007'
    (root / 'ImageSets/Main/test.txt').write_text('\n'.join(objects))
    for name, listed in objects.items():
        height, width = (100, 100) if name == 'b' else (80, 120)
        cv2.imwrite(str(root / f'JPEGImages/{name}.jpg'), np.zeros((height, width, 3), np.uint8))
        text = ''.join(VOC_OBJECT.format(*entry) for entry in listed)
        (root / f'Annotations/{name}.xml').write_text(
            f'<annotation><size><width>{width}</width><height>{height}</height></size>{text}'
            '</annotation>'
        )

    def load(load_before_resize=False):
        steps = [
            {'type': 'mmdet.Resize', 'scale': (600, 600), 'keep_ratio': True},
            {'type': 'mmdet.LoadAnnotations', 'with_bbox': True},
        ]
        dataset = DATASETS.build(
            {
                'type': 'mmdet.VOCDataset',
                'data_root': str(tmp_path / 'voc'),
                'ann_file': 'VOC2007/ImageSets/Main/test.txt',
                'data_prefix': {'sub_data_root': 'VOC2007/'},
                'metainfo': {'classes': ('ant', 'bee')},
                'test_mode': True,
                'pipeline': [
                    {'type': 'LoadImageFromFile'},
                    *(reversed(steps) if load_before_resize else steps),
                    {
                        'type': 'mmdet.PackDetInputs',
                        'meta_keys': ('img_id', 'img_path', 'ori_shape', 'scale_factor'),
                    },
                ],
            }
        )
        return [dataset[i]['data_samples'] for i in range(len(dataset))]

    return load


def predict(sample, *found):
    """Set predictions: (label, score, x1, y1, x2, y2) in pixels of the original image."""
    rows = torch.tensor(found, dtype=torch.float32).reshape(-1, 6)
    sample.pred_instances = InstanceData(
        bboxes=rows[:, 2:], scores=rows[:, 1], labels=rows[:, 0].long()
    )


RIGHT = ([(0, 0.9, 10, 10, 30, 30), (1, 0.9, 40, 10, 100, 70)], [(0, 0.9, 0, 0, 40, 40)], [])
VOC = {'classes': ('ant', 'bee')}


def test_voc_ground_truth_comes_from_the_data_samples(voc_samples):
    samples = voc_samples()
    assert samples[0].scale_factor == (5.0, 5.0)
    for sample, found in zip(samples, RIGHT, strict=True):
        predict(sample, *found)
    values = evaluate(SizeMetric(), samples, **VOC)
    assert values == pytest.approx(dict.fromkeys(values, 1.0))
    assert {'coco/bbox_mAP_s', 'coco/bbox_mAP_m'} < set(values)
    assert 'coco/bbox_mAP_l' not in values


def test_ground_truth_of_the_data_samples_is_left_beside_the_numbers(voc_samples, tmp_path):
    samples = voc_samples()
    for sample, found in zip(samples, RIGHT, strict=True):
        predict(sample, *found)
    evaluate(SizeMetric(protocol='voc07', out_dir=tmp_path / 'out'), samples, **VOC)
    saved = read_saved_evaluation(tmp_path / 'out')
    assert saved.ground_truth == tmp_path / 'out/ground_truth.json'
    truth = saved.read_ground_truth()
    again = evaluate_by_size(truth, saved.read_detections('bbox'), **saved.options)
    written = json.loads((tmp_path / 'out/ap_by_size.json').read_text())['bbox']
    assert again.to_dict() == written
    assert written['scores'][-1]['boxes'] == 3  # the difficult one is still ignored
    assert all(Path(saved.images, image['file_name']).is_file() for image in truth.images)


def test_difficult_boxes_are_neither_counted_nor_held_against(voc_samples, tmp_path):
    def score(*extra):
        samples = voc_samples()
        predict(samples[0], *RIGHT[0])
        predict(samples[1], *RIGHT[1], *extra)
        predict(samples[2])
        return evaluate(SizeMetric(out_dir=tmp_path), samples, **VOC)['coco/bbox_mAP']

    assert score((0, 0.99, 50, 50, 90, 90)) == pytest.approx(1)
    twice = [(0, 0.99, 50, 50, 90, 90), (0, 0.98, 50, 50, 91, 91)]
    assert score(*twice) == pytest.approx(1)
    # Inside a crowd this would be forgiven; on a difficult box its IoU of 0.25 is not enough.
    assert score((0, 0.99, 60, 60, 80, 80)) < 0.9
    written = json.loads((tmp_path / 'ap_by_size.json').read_text())['bbox']
    assert written['scores'][-1]['boxes'] == 3
    assert written['area_of'] == 'box'


def test_flat_boxes_of_the_data_samples_are_left_out(voc_samples, logged):
    samples = voc_samples()
    for sample, found in zip(samples, RIGHT, strict=True):
        predict(sample, *found)
    samples[1].gt_instances = InstanceData(
        bboxes=torch.tensor([[0.0, 0, 40, 40], [50, 50, 50, 60]]), labels=torch.tensor([0, 0])
    )
    values = evaluate(SizeMetric(), samples, **VOC)
    assert values == pytest.approx(dict.fromkeys(values, 1.0))
    assert any('width or height, left out: 1' in text for _, text in logged)


def test_annotations_scaled_by_resize_are_warned_about(voc_samples, logged):
    samples = voc_samples(load_before_resize=True)
    for sample, found in zip(samples, RIGHT, strict=True):
        predict(sample, *found)
    evaluate(SizeMetric(), samples, **VOC)
    assert any('put LoadAnnotations after it' in text for _, text in logged)


def test_masks_from_the_data_samples():
    drawn = np.zeros((2, 50, 60), dtype=bool)
    drawn[0, 5:25, 5:20] = drawn[1, 30:45, 10:50] = True
    sample = BaseDataElement(metainfo={'img_id': 'x', 'ori_shape': (50, 60)})
    boxes = torch.tensor([[5, 5, 20, 25], [10, 30, 50, 45.0]])
    common = {'bboxes': boxes, 'labels': torch.tensor([0, 1]), 'masks': torch.from_numpy(drawn)}
    sample.gt_instances = InstanceData(**common)
    sample.pred_instances = InstanceData(**common, scores=torch.tensor([0.6, 0.7]))
    values = evaluate(SizeMetric(metric=['segm', 'bbox']), [sample], **VOC)
    assert set(values) == {
        f'coco/{kind}_{name}'
        for kind in ('segm', 'bbox')
        for name in ('mAP', 'mAP_50', 'mAP_75', 'mAP_s', 'AR', 'AR_s')
    }
    assert values == pytest.approx(dict.fromkeys(values, 1.0))
    sample.gt_instances.masks = torch.zeros(2, 100, 120)
    with pytest.raises(UserError, match=r'not of the size of the image \(50, 60\)'):
        evaluate(SizeMetric(metric='segm'), [sample], **VOC)


@pytest.mark.parametrize(
    ('classes', 'message'),
    [
        (('bee', 'dog'), "has no category 'dog'; it has 'bee', 'ant', 'cow'"),
        (('bee', 'bee'), "'bee' occurs more than once"),
        (('bee',), r'predicts label \d but the dataset has 1 classes: set num_classes=1'),
        ((), 'names no classes'),
        (('cow',), r"no ground-truth boxes of the classes \('cow',\)"),
    ],
)
def test_classes_that_do_not_fit_are_refused(coco, classes, message):
    path, truth, boxes, _ = coco
    with pytest.raises(UserError, match=message):
        evaluate(SizeMetric(ann_file=path), samples_of(truth, boxes), classes=classes)


def test_a_file_with_a_name_used_twice_is_refused(coco):
    path, truth, boxes, _ = coco
    truth['categories'][2]['name'] = 'ant'
    path.write_text(json.dumps(truth))
    with pytest.raises(UserError, match="'ant' occurs more than once"):
        evaluate(SizeMetric(ann_file=path), samples_of(truth, boxes), classes=('bee', 'ant'))


def test_bad_predictions_are_refused(coco):
    path, truth, boxes, _ = coco
    samples = samples_of(truth, boxes)
    samples[0].pred_instances.scores[0] = float('nan')
    with pytest.raises(UserError, match=r'1 of \d+ detections have a score that is not a finite'):
        evaluate(SizeMetric(ann_file=path), samples)
    samples = samples_of(truth, boxes)
    samples[0].set_metainfo({'img_id': 4})
    with pytest.raises(UserError, match='an image that is not in the ground truth'):
        evaluate(SizeMetric(ann_file=path), samples)
    with pytest.raises(UserError, match='needs a model that predicts masks'):
        evaluate(SizeMetric(ann_file=path, metric='segm'), samples_of(truth, boxes))
    with pytest.raises(UserError, match='hold no ground truth: give SizeMetric an ann_file'):
        evaluate(SizeMetric(), samples_of(truth, boxes))


def test_nothing_to_evaluate_is_an_error(coco):
    with pytest.raises(UserError, match='the dataset has no images'):
        evaluate(SizeMetric(ann_file=coco[0]), [])


def test_bad_arguments_are_refused_before_the_run(tmp_path):
    with pytest.raises(UserError, match="metric='proposal' must be one or more of bbox, segm"):
        SizeMetric(metric='proposal')
    with pytest.raises(UserError, match=r'none\.json: No such file'):
        SizeMetric(ann_file=tmp_path / 'none.json')
    with pytest.raises(UserError, match='low < high'):
        SizeMetric(bins=[('a', 3, 2)])


@pytest.mark.parametrize('labelled', [True, False], ids=['with annotations', 'as test-dev'])
def test_format_only_writes_the_results_and_no_scores(labelled, coco, logged, tmp_path):
    path, truth, boxes, masks = coco
    if not labelled:
        path.write_text(json.dumps({key: truth[key] for key in ('images', 'categories')}))
    settings = dict(ann_file=path, metric=['bbox', 'segm'], format_only=True)
    assert (
        evaluate(SizeMetric(**settings, out_dir=tmp_path / 'o'), samples_of(truth, boxes, masks))
        == {}
    )
    for kind, given in (('bbox', boxes), ('segm', masks)):
        written = json.loads((tmp_path / f'o/detections.{kind}.json').read_text())
        assert len(written) == len(given)
        assert {(w['image_id'], w['category_id'], w['score']) for w in written} == {
            (g['image_id'], g['category_id'], boxes[i]['score']) for i, g in enumerate(given)
        }
        said = f'{kind}: {len(given)} detections in 12 images; no ground truth, so no scores.'
        assert any(text.startswith(said) for _, text in logged)
    assert len(list((tmp_path / 'o').iterdir())) == 2


def test_format_only_needs_ids_and_spares_an_evaluation(coco, tmp_path):
    path, truth, boxes, _ = coco
    with pytest.raises(UserError, match='format_only=True needs ann_file='):
        SizeMetric(format_only=True)
    evaluate(SizeMetric(ann_file=path, out_dir=tmp_path), samples_of(truth, boxes))
    with pytest.raises(UserError, match='holds an evaluation, whose detections would be over'):
        SizeMetric(ann_file=path, format_only=True, out_dir=tmp_path)
