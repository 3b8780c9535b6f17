"""The real tools on label masks: train and test a segmenter, and their errors in one line."""

import cv2
import pytest
from mmengine.config import Config
from shipped_configs import LIGHT, LIGHT_SEGMENTER, MAIN_SEGMENTER, QUICK
from test_tools import one_error, run

from res2net_mm.engine.datasets import use_folder
from res2net_mm.errors import UserError

SHORT = {
    **{key: value for key, value in QUICK.items() if 'max_epochs' not in key},
    'train_cfg.max_iters': 2,
    'train_cfg.val_interval': 2,
    'train_dataloader.batch_size': 2,
    'model.decode_head.loss_decode.class_weight': None,
    'model.auxiliary_head.loss_decode.class_weight': None,
}
OPTIONS = [f'{key}={value}' for key, value in SHORT.items()]
CLASSES = ('background', 'disc', 'square', 'triangle', 'star', 'ring')


def test_train_and_test_on_a_folder(coco_folder, tmp_path):
    work_dir = tmp_path / 'run'
    common = ['--data', coco_folder, '--work-dir', work_dir]
    done = run('train.py', LIGHT_SEGMENTER, *common, '--cfg-options', *OPTIONS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    for line in (
        'masks of 6 classes, named by',
        'dataset: BaseSegDataset, 8 images with masks of 6 classes',
        'backbone: Res2Net, preset res2net_light_14w_4s',
        'weights: random',
        'mIoU: ',
    ):
        assert line in said

    done = run(
        'test.py',
        LIGHT_SEGMENTER,
        work_dir / 'iter_2.pth',
        *common,
        '--show-dir',
        tmp_path / 'show',
        '--cfg-options',
        *OPTIONS,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert 'mIoU: ' in said
    for name in CLASSES:
        assert f' {name} ' in said  # a row of the table
    assert cv2.imread(str(work_dir / 'predictions.png')).shape[1] == 3 * 320
    assert len(list((tmp_path / 'show').rglob('*.png'))) == 4


def test_the_voc_set_missing_is_one_error_that_says_what_to_do(tmp_path):
    error = one_error(run('train.py', MAIN_SEGMENTER, cwd=tmp_path))
    for part in ('SegmentationClass', 'MMDET_DATASETS', '--data', 'make demo-seg'):
        assert part in error
    assert 'COCO 2017' not in error


@pytest.mark.parametrize(
    ('config', 'options', 'reason'),
    [
        (LIGHT, dict(ignore_index=3), 'this is a detector'),
        (LIGHT, dict(classes=['a']), 'this is a detector'),
        (LIGHT_SEGMENTER, dict(classes=['a', 'b']), 'hold the label 2'),
    ],
)
def test_options_that_do_not_fit_are_refused(config, options, reason, coco_folder, tmp_path):
    cfg = Config.fromfile(config)
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match=reason):
        use_folder(cfg, coco_folder, **options)


def test_a_segmenter_takes_masks_and_a_detector_boxes_of_the_same_folder(coco_folder, tmp_path):
    for config, kind in ((LIGHT, 'CocoDataset'), (MAIN_SEGMENTER, 'BaseSegDataset')):
        cfg = Config.fromfile(config)
        cfg.work_dir = str(tmp_path)
        use_folder(cfg, coco_folder)
        assert cfg.train_dataloader.dataset.type.endswith(kind)
    assert cfg.model.decode_head.num_classes == len(CLASSES)
    assert cfg.model.auxiliary_head.num_classes == len(CLASSES)
