"""The real tools on label masks: train and test a segmenter, and their errors in one line."""

import json

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.structures import BaseDataElement, PixelData
from shipped_configs import LIGHT, LIGHT_SEGMENTER, MAIN_SEGMENTER, QUICK
from tool_process import one_error, run

from res2net_mm.data.datasets import use_folder
from res2net_mm.engine import LabelMapHook, evaluate
from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions.evaluate_label_maps import evaluate_label_maps

SHORT = {
    **{key: value for key, value in QUICK.items() if 'max_epochs' not in key},
    'train_cfg.max_iters': 2,
    'train_cfg.val_interval': 2,
    'train_dataloader.batch_size': 2,
    'default_hooks.checkpoint.save_best': 'mIoU',
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
        'segmentation in % by size',
    ):
        assert line in said

    assert (work_dir / 'best_mIoU_iter_2.pth').is_file()

    done = run(
        'test.py',
        LIGHT_SEGMENTER,
        work_dir / 'iter_2.pth',
        *common,
        '--show-dir',
        tmp_path / 'show',
        '--out',
        tmp_path / 'maps',
        '--cfg-options',
        *OPTIONS,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert 'mIoU: ' in said
    for name in CLASSES:
        assert f'  {name} ' in said  # a row of the table
    assert cv2.imread(str(work_dir / 'predictions.png')).shape[1] == 3 * 320
    assert len(list((tmp_path / 'show').rglob('*.png'))) == 4
    scored = json.loads((work_dir / 'iou_by_size.json').read_text())
    kept = work_dir / 'label_maps'
    for truth, predicted in (
        (coco_folder / 'labels/val2017', tmp_path / 'maps'),
        (kept / 'truth', kept / 'predicted'),
    ):
        saved = evaluate_label_maps(truth, predicted, classes=CLASSES, progress=False)
        assert saved.to_dict() == scored
    runs = [work_dir, tmp_path / 'maps', '--gt', coco_folder / 'labels/val2017']
    done = run(
        'compare_by_size.py', *runs, '--bootstrap', 2, '-o', tmp_path / 'r.html', cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert 'maps against run: no size gained or lost IoU beyond noise' in done.stdout
    page = (tmp_path / 'r.html').read_text(encoding='utf-8')
    assert 'No pictures: in no image do the runs differ.' in page


def test_saved_label_maps_have_the_labels_and_places_of_the_ground_truth(tmp_path):
    class Runner:
        class test_dataloader:
            class dataset:
                data_prefix = dict(seg_map_path='set/labels')

    def sample(path):
        made = BaseDataElement(metainfo=dict(seg_map_path=path, reduce_zero_label=True))
        made.pred_sem_seg = PixelData(data=torch.tensor([[[0, 1], [2, 254]]]))
        return made

    hook = LabelMapHook(str(tmp_path))
    hook.after_test_iter(
        Runner, 0, {}, [sample('set/labels/a/1.png'), sample('set/labels/b/1.png')]
    )
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob('*.png'))
    assert written == ['a/1.png', 'b/1.png']
    labels = cv2.imread(str(tmp_path / 'a/1.png'), cv2.IMREAD_UNCHANGED)
    assert labels.tolist() == [[1, 2], [3, 255]]
    hook.after_test_iter(Runner, 1, {}, [sample('elsewhere/1.png')])
    with pytest.raises(UserError, match=r'would both be .*1\.png'):
        hook.after_test_iter(Runner, 2, {}, [sample('other/1.png')])
    hook.after_test_iter(Runner, 3, {}, [sample('elsewhere/1.png')])  # again, as samplers may
    hook.after_test_iter(Runner, 4, {}, [sample('set/labels/../../../out.png')])
    assert (tmp_path / 'out.png').is_file()  # and not beside tmp_path


def test_a_detector_has_no_label_maps(coco_folder, tmp_path):
    (tmp_path / 'w.pth').touch()
    with pytest.raises(UserError, match='out_dir= saves the label maps of a segmenter'):
        evaluate(LIGHT, tmp_path / 'w.pth', data=coco_folder, work_dir=tmp_path, out_dir=tmp_path)


def test_the_voc_set_missing_is_one_error_that_says_what_to_do(tmp_path):
    error = one_error(run('train.py', MAIN_SEGMENTER, cwd=tmp_path))
    for part in ('SegmentationClass', 'MMDET_DATASETS', '--data', 'res2net-mm demo --segmentation'):
        assert part in error
    assert 'COCO 2017' not in error


@pytest.mark.parametrize(
    ('config', 'options', 'reason'),
    [
        (LIGHT, dict(ignore_index=3), 'this is a detector'),
        (LIGHT, dict(classes=['a']), 'this is a detector'),
        (LIGHT_SEGMENTER, dict(classes=['a', 'b']), 'none of the 2 classes'),
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
