"""The real tools in processes of their own: train, test, resume, and their errors in one line."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from shipped_configs import LIGHT, MAIN, QUICK
from tool_process import one_error, run, run_afresh

OPTIONS = [f'{key}={value}' for key, value in QUICK.items()]


def rename_class(folder: Path, target: Path) -> Path:
    """Copy a folder in COCO layout with its first class called otherwise."""
    shutil.copytree(folder, target)
    for file in (target / 'annotations').glob('instances_*.json'):
        content = json.loads(file.read_text())
        content['categories'][0]['name'] = 'other'
        file.write_text(json.dumps(content))
    return target


@pytest.mark.slow  # in fresh processes, as users have them
def test_train_test_resume(coco_folder, tmp_path):
    work_dir = tmp_path / 'run'
    common = ['--data', coco_folder, '--work-dir', work_dir]
    done = run_afresh('train.py', LIGHT, *common, '--cfg-options', *OPTIONS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    for line in (
        'dataset: CocoDataset, 8 images',
        'backbone: Res2Net, preset res2net_light_14w_4s',
        'weights: random',
        'frozen: nothing',
        'trainable parameters: ',
    ):
        assert line in said
    report = json.loads((work_dir / 'ap_by_size.json').read_text())
    assert report

    checkpoint = work_dir / 'epoch_1.pth'
    (work_dir / 'ap_by_size.json').unlink()
    done = run_afresh(
        'test.py', LIGHT, checkpoint, *common, '--cfg-options', *OPTIONS, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((work_dir / 'ap_by_size.json').read_text()) == report
    assert (work_dir / 'predictions.png').stat().st_size > 10_000
    assert 'small' in done.stdout + done.stderr

    shutil.copytree(work_dir, tmp_path / 'again', ignore=shutil.ignore_patterns('*.pth'))
    runs = [work_dir, tmp_path / 'again']
    done = run_afresh('compare_by_size.py', *runs, '--bootstrap', 2, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'again against run' in done.stdout
    page = (tmp_path / 'report.html').read_text(encoding='utf-8')
    assert 'Training (boxes)' in page
    assert all(f'{scores["boxes"]} objects' in page for scores in report['bbox']['scores'])

    other = rename_class(coco_folder, tmp_path / 'other')
    error = one_error(
        run_afresh(
            'test.py',
            LIGHT,
            checkpoint,
            '--data',
            other,
            '--work-dir',
            tmp_path / 'x',
            cwd=tmp_path,
        )
    )
    assert 'was trained on the classes' in error

    longer = [*OPTIONS, 'train_cfg.max_epochs=2']
    done = run_afresh(
        'train.py', LIGHT, *common, '--resume', '--cfg-options', *longer, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout + done.stderr
    assert f'resuming from {checkpoint}' in said
    assert f'weights: resumed from {checkpoint} (270 of 270 tensors of the backbone)' in said
    meta = torch.load(work_dir / 'epoch_2.pth', weights_only=False)['meta']  # our own file
    assert meta['epoch'] == 2


def test_coco_missing_is_one_error_that_says_what_to_do(tmp_path):
    error = one_error(run('train.py', MAIN, cwd=tmp_path))
    for part in (
        'instances_train2017.json',
        'MMDET_DATASETS',
        '--data',
        'res2net-mm demo',
        'cocodataset',
    ):
        assert part in error
    error = one_error(run('train.py', MAIN, cwd=tmp_path, MMDET_DATASETS='/nowhere/coco'))
    assert '/nowhere/coco/annotations/instances_train2017.json' in error


def test_pretrained_unreachable_is_one_error_that_says_what_to_do(coco_folder, tmp_path):
    closed = dict(TORCH_HOME=str(tmp_path), https_proxy='http://127.0.0.1:9')  # nobody listens
    error = one_error(run('train.py', MAIN, '--data', coco_folder, cwd=tmp_path, **closed))
    for part in ('res2net50_v1b_26w_4s-3cf99910.pth', 'https://', str(tmp_path), '--no-pretrained'):
        assert part in error
