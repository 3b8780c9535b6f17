"""RegionSizeMetric fed with data samples, beside mmseg's IoUMetric."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.structures import BaseDataElement, PixelData
from test_region_scores import BINS
from test_region_scores import evaluate as score
from together import run_together

from res2net_mm.errors import UserError
from res2net_mm.evaluation import RegionSizeMetric
from res2net_mm.evaluation.regions import read_regions, score_regions

CLASSES = tuple(f'class {k}' for k in range(5))


def samples_of(maps):
    """Data samples as a segmenter returns them."""
    samples = []
    for i, (truth, predicted) in enumerate(maps):
        sample = BaseDataElement(metainfo=dict(img_path=f'{i}.png'))
        sample.gt_sem_seg = PixelData(data=torch.from_numpy(truth)[None])
        sample.pred_sem_seg = PixelData(data=torch.from_numpy(predicted)[None].long())
        samples.append(sample)
    return samples


def evaluate(metric, samples, classes=CLASSES):
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=classes)
    for start in range(0, len(samples), 2):
        evaluator.process(data_samples=samples[start : start + 2])
    return evaluator.evaluate(len(samples))


@pytest.mark.parametrize('ignore', [255, 2])
def test_values_are_mmsegs(make_maps, ignore, tmp_path):
    from mmseg.evaluation.metrics import IoUMetric

    samples = samples_of(make_maps(3))
    ours = evaluate(RegionSizeMetric(ignore_index=ignore, out_dir=tmp_path), samples)
    theirs = evaluate(IoUMetric(ignore_index=ignore), samples)
    assert set(theirs) == {'aAcc', 'mIoU', 'mAcc'}
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, abs=0.005 + 1e-5)  # theirs has two digits


def test_values_of_bins_and_the_files(make_maps, tmp_path):
    maps = make_maps(4)
    metric = dict(type='res2net_mm.RegionSizeMetric', bins=BINS, out_dir=str(tmp_path))
    values = evaluate([metric], samples_of(maps))
    expected = score(maps)
    assert values['mIoU'] == 100 * expected.overall.iou
    assert values['mBF'] == 100 * expected.overall.boundary_f
    assert values['mIoU_tiny'] == 100 * expected.bins[0].iou
    assert values['mAcc_rest'] == 100 * expected.bins[2].recall
    content = json.loads((tmp_path / 'iou_by_size.json').read_text())
    assert content == expected.to_dict()
    assert [s['bin'] for s in content['scores']] == ['tiny', 'small', 'rest', 'all']
    assert content['classes'][1]['scores'][3]['IoU'] == expected.classes[1].overall.iou
    assert score_regions(read_regions(tmp_path / 'iou_by_size.npz'), bins=BINS) == expected


def test_coco_bins_have_short_names_and_empty_bins_no_value(make_maps, tmp_path):
    values = evaluate(RegionSizeMetric(out_dir=tmp_path), samples_of(make_maps(4)))
    assert 'mIoU_s' in values
    assert 'mIoU_l' not in values


def test_files_go_to_the_work_dir_and_the_table_is_logged_once(make_maps, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(MMLogger, 'info', lambda _, text: told.append(str(text)))
    handler = logging.FileHandler(tmp_path / 'run.log')
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        evaluate(RegionSizeMetric(bootstrap=3), samples_of(make_maps(4)))
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert {path.suffix for path in tmp_path.glob('iou_by_size.*')} == {'.json', '.npz'}
    tables = [text for text in told if 'mIoU' in text]
    assert len(tables) == 1
    assert '95 % intervals of 3 draws' in tables[0]
    assert all(name in tables[0] for name in CLASSES)


def test_what_cannot_be_scored_is_refused(make_maps):
    samples = samples_of(make_maps(4))
    with pytest.raises(UserError, match='no images'):
        RegionSizeMetric().compute_metrics([])
    with pytest.raises(UserError, match='names no classes'):
        evaluate(RegionSizeMetric(), samples, classes=())
    for sample in samples:
        sample.gt_sem_seg.data[:] = 255
    with pytest.raises(UserError, match='no pixel of the ground truth has a class'):
        evaluate(RegionSizeMetric(), samples)
    small = PixelData(data=samples[0].pred_sem_seg.data[:, :9])
    samples[0].pred_sem_seg = small
    with pytest.raises(UserError, match=r'image 0.png: .* put LoadAnnotations after Resize'):
        evaluate(RegionSizeMetric(), samples)
    del samples[0].gt_sem_seg
    with pytest.raises(UserError, match=r'image 0.png comes without ground truth'):
        evaluate(RegionSizeMetric(), samples)
    with pytest.raises(UserError, match='tolerance of boundaries is a share'):
        RegionSizeMetric(tolerance=1.5)


TWO_PROCESSES = """
import sys
import numpy as np
from mmengine.evaluator import Evaluator
from together import leave, meet

sys.path.insert(0, sys.argv[2])
from test_region_size_metric import CLASSES, samples_of

rank, folder = meet(), sys.argv[1]
evaluator = Evaluator(dict(type='res2net_mm.RegionSizeMetric', out_dir=f'{folder}/out'))
evaluator.dataset_meta = dict(classes=CLASSES)
samples = samples_of(np.load(f'{folder}/maps.npy'))
for sample in (*samples, samples[0])[rank::2]:  # padded to a whole number, as samplers do
    evaluator.process(data_samples=[sample])
print('mIoU is', evaluator.evaluate(len(samples))['mIoU'])
leave()
"""


@pytest.mark.slow
def test_two_processes_score_all_images_once(make_maps, tmp_path):
    maps = make_maps(9)
    np.save(tmp_path / 'maps.npy', np.array(maps))
    (tmp_path / 'work.py').write_text(TWO_PROCESSES)
    said = run_together(tmp_path / 'work.py', tmp_path, Path(__file__).parent)
    expected = score(maps, bins=None)
    values = [line for text in said for line in text.splitlines() if line.startswith('mIoU is ')]
    assert values == [f'mIoU is {100 * expected.overall.iou}'] * 2
    assert json.loads((tmp_path / 'out/iou_by_size.json').read_text()) == expected.to_dict()
    names = read_regions(tmp_path / 'out/iou_by_size.npz').images.tolist()
    assert names == ['0.png', '1.png', '2.png']
