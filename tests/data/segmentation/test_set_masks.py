"""Classes and ignored label reach every part of a segmenter's config."""

import copy

import numpy as np
import pytest
from folders import write_image
from mask_folders import write_masked, write_voc_masks
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import DefaultScope
from PIL import Image

import res2net_mm  # noqa: F401  (lets mmseg:: configs be found)
from res2net_mm.data import recognise_masks, set_masks
from res2net_mm.errors import UserError

DEEPLAB = 'deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'
CITYSCAPES = 'pspnet/pspnet_r50-d8_4xb2-40k_cityscapes-512x1024.py'
ADE = 'upernet/upernet_r50_4xb4-80k_ade20k-512x512.py'
OCR = 'ocrnet/ocrnet_hr18_4xb2-40k_cityscapes-512x1024.py'
MASK2FORMER = 'mask2former/mask2former_r50_8xb2-90k_cityscapes-512x1024.py'
OTHER_WEIGHTS = 'pidnet/pidnet-s_2xb6-120k_1024x1024-cityscapes.py'
ALL = [DEEPLAB, CITYSCAPES, ADE, OCR, MASK2FORMER]


@pytest.fixture(scope='module', autouse=True)
def mmseg_scope():
    from mmseg.utils import register_all_modules

    register_all_modules(init_default_scope=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = write_masked(tmp_path_factory.mktemp('set'), (0, 1, 2, 5), names='a\nb\nc\n')
    return recognise_masks(root, root / 'out')


def load(name):
    return get_config(f'mmseg::{name}')


@pytest.mark.parametrize('name', ALL)
def test_datasets_build_and_load(name, folder):
    from mmseg.registry import DATASETS

    cfg = load(name)
    set_masks(cfg, folder)
    for split in ('train', 'val', 'test'):
        dataset = DATASETS.build(cfg[f'{split}_dataloader'].dataset)
        assert len(dataset) == 5
        assert dataset.metainfo['classes'] == ('a', 'b', 'c')
        labels = set(dataset[0]['data_samples'].gt_sem_seg.data.unique().tolist())
        assert labels <= {0, 1, 2, 5}
        assert labels & {0, 1, 2}


@pytest.mark.parametrize('name', ALL)
def test_every_head_has_the_classes_and_the_ignored_label(name, folder):
    from mmseg.registry import METRICS, MODELS

    cfg = load(name)
    set_masks(cfg, folder)
    for part in ('decode_head', 'auxiliary_head'):
        head = cfg.model.get(part) or []
        for settings in head if isinstance(head, list) else [head]:
            built = MODELS.build(settings)
            assert (built.num_classes, built.ignore_index) == (3, 5)
    assert cfg.model.data_preprocessor.seg_pad_val == 5
    assert METRICS.build(cfg.test_evaluator).ignore_index == 5
    assert cfg.val_evaluator.type.endswith('IoUMetric')


def test_the_metric_by_region_size_stays_and_comes_where_none_is_of_label_maps(folder):
    ours = dict(type='res2net_mm.RegionSizeMetric', bins=[16])
    for before, after in (
        (ours, [ours]),
        ([dict(type='IoUMetric'), ours], [dict(type='IoUMetric'), ours]),
        (dict(type='CityscapesMetric', output_dir='x'), [dict(type='res2net_mm.RegionSizeMetric')]),
    ):
        cfg = load(DEEPLAB)
        cfg.val_evaluator = before
        changes = set_masks(cfg, folder)
        now = cfg.val_evaluator if isinstance(cfg.val_evaluator, list) else [cfg.val_evaluator]
        assert now == [{**metric, 'ignore_index': 5} for metric in after]
        assert 'RegionSizeMetric, label 5 left out' in '\n'.join(changes)


def test_channels_are_set_where_they_are_scores_of_classes(folder):
    cfg = load(MASK2FORMER)
    set_masks(cfg, folder)
    assert cfg.model.decode_head.out_channels == 256  # features of the masks
    cfg = load(DEEPLAB)
    cfg.model.decode_head.update(num_classes=2, out_channels=1)
    set_masks(cfg, folder)
    assert (cfg.model.decode_head.num_classes, cfg.model.decode_head.out_channels) == (3, 3)


def test_crops_stay_and_gaps_are_filled_with_the_ignored_label(folder):
    cfg = load(DEEPLAB)
    set_masks(cfg, folder)
    steps = {step['type']: step for step in cfg.train_dataloader.dataset.pipeline}
    assert steps['RandomCrop']['crop_size'] == (512, 512)
    assert steps['RandomCrop']['ignore_index'] == 5
    assert steps['Pad']['pad_val'] == dict(img=0, seg=5)


def test_labels_that_begin_at_one_are_moved_down(tmp_path):
    from mmseg.registry import DATASETS

    root = write_masked(tmp_path / 'set', (0, 1, 2))
    folder = recognise_masks(root, tmp_path / 'out', ignore_index=0)
    for name in (ADE, DEEPLAB):  # one moves its own labels down, the other does not
        cfg = load(name)
        set_masks(cfg, folder)
        dataset = DATASETS.build(cfg.val_dataloader.dataset)
        assert set(dataset[0]['data_samples'].gt_sem_seg.data.unique().tolist()) == {0, 1, 255}
        assert cfg.model.decode_head.num_classes == 2
        assert cfg.val_evaluator.ignore_index == 255


def test_palettes_of_voc_are_read_as_labels(tmp_path):
    from mmseg.registry import DATASETS

    root = write_voc_masks(tmp_path / 'set')
    cfg = load(CITYSCAPES)
    set_masks(cfg, recognise_masks(root, tmp_path / 'out'))
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    labels = dataset[0]['data_samples'].gt_sem_seg.data
    assert set(labels.unique().tolist()) == {0, 15, 20, 255}
    assert cfg.model.decode_head.num_classes == 21


@pytest.mark.parametrize('kind', ['colours', 'black and white', 'Cityscapes'])
def test_training_reads_labels_whatever_the_label_maps_hold(kind, tmp_path):
    from mmseg.registry import DATASETS

    root, name, ending = tmp_path / 'set', 'ulm_000001_000019', ''
    values = {'colours': [(9, 8, 7), (0, 0, 200)], 'black and white': [0, 255]}
    pixels = np.array(values.get(kind, [0, 7, 26]), np.uint8)
    if kind == 'Cityscapes':
        ending = '_gtFine_labelIds'
    for split in ('train', 'val'):
        write_image(root / f'images/{split}/{name}_leftImg8bit.png', 4, 6)
        label_map = root / f'masks/{split}/{name}{ending}.png'
        label_map.parent.mkdir(parents=True)
        Image.fromarray(np.repeat(pixels[None], 6 // len(pixels), 1).repeat(4, 0)).save(label_map)
    if kind == 'colours':
        (root / 'class_dict.csv').write_text('name,r,g,b\na,0,0,200\nb,9,8,7\n')
    cfg = load(DEEPLAB)
    set_masks(cfg, recognise_masks(root, tmp_path / 'out'))
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    row = dataset[0]['data_samples'].gt_sem_seg.data[0, 0].tolist()
    assert row == {
        'colours': [1, 1, 1, 0, 0, 0],
        'black and white': [0, 0, 0, 1, 1, 1],
        'Cityscapes': [255, 255, 0, 0, 13, 13],
    }.get(kind)
    assert cfg.model.decode_head.num_classes == (19 if kind == 'Cityscapes' else 2)


def test_weights_of_other_classes_go_and_it_is_said(folder):
    cfg = load(OTHER_WEIGHTS)
    losses = cfg.model.decode_head.loss_decode
    assert any(loss.get('class_weight') for loss in losses)
    changes = set_masks(cfg, folder)
    assert not any('class_weight' in loss for loss in cfg.model.decode_head.loss_decode)
    assert any('class_weight: taken out' in change for change in changes)


def test_weights_that_fit_no_count_are_refused_and_nothing_is_changed(folder):
    cfg = load(DEEPLAB)
    cfg.model.decode_head.loss_decode.class_weight = [1.0, 2.0]
    before = copy.deepcopy(cfg.to_dict())
    with pytest.raises(UserError, match='weighs 2 classes'):
        set_masks(cfg, folder)
    assert cfg.to_dict() == before


def test_a_detector_is_no_segmenter(folder):
    cfg = Config(dict(model=dict(bbox_head=dict(num_classes=80)), train_dataloader=dict()))
    with pytest.raises(UserError, match='no decode_head'):
        set_masks(cfg, folder)
