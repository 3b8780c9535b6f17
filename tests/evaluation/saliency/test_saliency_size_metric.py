"""SaliencySizeMetric fed with data samples."""

import json
import logging

import numpy as np
import pytest
import torch
from literal_saliency import draw
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.structures import BaseDataElement, PixelData

from res2net_mm.errors import UserError
from res2net_mm.evaluation import SaliencySizeMetric
from res2net_mm.evaluation.saliency import (
    measure_saliency,
    read_saliency,
    score_saliency,
    stack_saliency,
)

BINS = [('small', 0, 250), ('large', 250, None)]


def samples_of(images):
    """Data samples as a segmenter with one channel returns them."""
    samples = []
    for i, (truth, saliency) in enumerate(images):
        sample = BaseDataElement(metainfo=dict(img_path=f'{i}.png'))
        sample.gt_sem_seg = PixelData(data=torch.from_numpy(truth)[None].long())
        sample.seg_logits = PixelData(data=torch.from_numpy(saliency)[None] / 255)
        sample.pred_sem_seg = PixelData(data=(sample.seg_logits.data > 0.5).float())
        samples.append(sample)
    return samples


def evaluate(metric, samples):
    evaluator = Evaluator(metric)
    for start in range(0, len(samples), 2):
        evaluator.process(data_samples=samples[start : start + 2])
    return evaluator.evaluate(len(samples))


@pytest.fixture
def images():
    return [draw(i, objects=2) for i in range(5)]


def test_values_and_files(images, tmp_path):
    metric = dict(type='res2net_mm.SaliencySizeMetric', bins=BINS, out_dir=str(tmp_path))
    values = evaluate([metric], samples_of(images))
    measured = [(f'{i}.png', measure_saliency(*image)) for i, image in enumerate(images)]
    expected = score_saliency(stack_saliency(measured), bins=BINS)
    assert values['maxF'] == expected.overall.scores['maxF']
    assert values['MAE_small'] == expected.bins[0].scores['MAE']
    assert values['SI_maxF_large'] == expected.bins[1].scores['SI_maxF']
    content = json.loads((tmp_path / 'saliency_by_size.json').read_text())
    assert content == expected.to_dict()
    again = score_saliency(read_saliency(tmp_path / 'saliency_by_size.npz'), bins=BINS)
    assert again == expected


def test_coco_bins_have_short_names_and_empty_bins_no_value(images):
    values = evaluate(SaliencySizeMetric(), samples_of(images))
    assert 'maxF_s' in values
    assert 'maxF_l' not in values


def test_the_table_is_logged_once_and_files_go_to_the_work_dir(images, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(MMLogger, 'info', lambda _, text: told.append(str(text)))
    handler = logging.FileHandler(tmp_path / 'run.log')
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        evaluate(SaliencySizeMetric(bootstrap=3), samples_of(images))
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert {path.suffix for path in tmp_path.glob('saliency_by_size.*')} == {'.json', '.npz'}
    tables = [text for text in told if 'maxF' in text]
    assert len(tables) == 1
    assert '95 % intervals of 3 draws' in tables[0]


def test_a_map_is_rounded_to_8_bits(images):
    truth, saliency = images[0]
    (sample,) = samples_of([(truth, saliency)])
    sample.seg_logits.data += 0.4 / 255
    sample.seg_logits.data.clamp_(0, 1)
    metric = SaliencySizeMetric()
    metric.process(None, [sample.to_dict()])
    ((_, measured),) = metric.results
    assert measured.error == measure_saliency(truth, saliency).error


def test_without_a_map_the_labels_are_one(images):
    samples = samples_of(images)
    expected = [np.where(s.pred_sem_seg.data[0].numpy() > 0, 255, 0) for s in samples]
    for sample in samples:
        del sample.seg_logits
    values = evaluate(SaliencySizeMetric(), samples)
    binary = [(t, m.astype(np.uint8)) for (t, _), m in zip(images, expected, strict=True)]
    assert values == evaluate(SaliencySizeMetric(), samples_of(binary))


def test_what_cannot_be_scored_is_refused(images):
    with pytest.raises(UserError, match='no images'):
        SaliencySizeMetric().compute_metrics([])
    with pytest.raises(UserError, match='no mask has a salient pixel'):
        evaluate(SaliencySizeMetric(), samples_of([draw(0, objects=0)]))
    (sample,) = samples_of(images[:1])
    sample.gt_sem_seg.data = 255 * sample.gt_sem_seg.data
    with pytest.raises(UserError, match=r'0.png: the mask holds the label 255, and 0 and 1'):
        evaluate(SaliencySizeMetric(), [sample])
    (sample,) = samples_of(images[:1])
    sample.seg_logits = PixelData(data=torch.zeros(2, *images[0][0].shape))
    with pytest.raises(UserError, match=r'gives 2 channels, .* out_channels=1'):
        evaluate(SaliencySizeMetric(), [sample])
    (sample,) = samples_of(images[:1])
    sample.gt_sem_seg = PixelData(data=sample.gt_sem_seg.data[:, 1:])
    with pytest.raises(UserError, match='load the mask after Resize'):
        evaluate(SaliencySizeMetric(), [sample])
    del sample.gt_sem_seg
    with pytest.raises(UserError, match=r'0.png comes without ground truth'):
        evaluate(SaliencySizeMetric(), [sample])
