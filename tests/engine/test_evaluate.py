"""The real tools on label maps: train and test a segmenter; and what cannot be evaluated."""

import json

import cv2
import pytest
import torch
from shipped_configs import LIGHT, LIGHT_SEGMENTER, QUICK
from tool_process import run

from res2net_mm.engine import evaluate
from res2net_mm.engine.evaluate import _require_task, classes_of
from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions.label_map_regions import evaluate_label_maps
from res2net_mm.openmmlab.edit import DETECTOR, SEGMENTER

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
        '6 classes (background, disc, square, triangle, star, ring; named by',
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


def test_a_detector_has_no_label_maps(coco_folder, tmp_path):
    (tmp_path / 'w.pth').touch()
    with pytest.raises(UserError, match='out_dir= saves the label maps of a segmenter'):
        evaluate(LIGHT, tmp_path / 'w.pth', data=coco_folder, work_dir=tmp_path, out_dir=tmp_path)


@pytest.mark.parametrize(
    ('task', 'kind', 'other'),
    [('detection', DETECTOR, SEGMENTER), ('segmentation', SEGMENTER, DETECTOR)],
)
def test_an_exported_file_for_another_task_is_refused(task, kind, other):
    _require_task(task, 'model.onnx', kind)
    with pytest.raises(UserError, match=rf'model\.onnx was exported for {task}, and the config'):
        _require_task(task, 'model.onnx', other)


@pytest.mark.parametrize(
    ('meta', 'classes'),
    [
        (dict(dataset_meta=dict(classes=('a', 'b'))), ('a', 'b')),
        (dict(dataset_meta=dict(CLASSES=['a'])), ('a',)),
        (dict(dataset_meta=None), None),
        (dict(), None),
    ],
)
def test_the_classes_of_a_checkpoint_are_what_it_was_trained_on(meta, classes, tmp_path):
    torch.save(dict(meta=meta, state_dict={'a': torch.ones(1)}), tmp_path / 'a.pth')
    assert classes_of(tmp_path / 'a.pth') == classes
