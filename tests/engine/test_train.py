"""The real tools in processes of their own: train, test, resume; and what training leaves."""

import json
import logging
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from shipped_configs import LIGHT, LIGHT_SEGMENTER, MAIN, QUICK
from tiny_run import BATCHES, SAMPLES, TinyDataset, losses
from tool_process import one_error, run, run_afresh

from res2net_mm.engine.resume import latest_whole_checkpoint
from res2net_mm.engine.train import _use_mixed_precision, full_disk_is_one_error, train
from res2net_mm.errors import UserError

BULK = 30_000  # floats of a checkpoint
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
    assert 'boxes of categories that the checkpoint does not know' in error
    assert "3 ('other'" in error

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


def test_pretrained_unreachable_is_one_error_that_says_what_to_do(coco_folder, tmp_path):
    closed = dict(TORCH_HOME=str(tmp_path), https_proxy='http://127.0.0.1:9')  # nobody listens
    error = one_error(run('train.py', MAIN, '--data', coco_folder, cwd=tmp_path, **closed))
    for part in ('res2net50_v1b_26w_4s-3cf99910.pth', 'https://', str(tmp_path), '--no-pretrained'):
        assert part in error


def test_a_resumed_run_says_where_it_goes_on(tiny, tmp_path, log_of):
    tiny(change={'train_cfg.max_epochs': 1})
    log = log_of(tiny(resume=True))
    path = tmp_path / 'run' / 'epoch_1.pth'
    assert f'resumed from {path}' in log
    assert (
        f'resumes at: epoch 2 of 3, iteration {BATCHES + 1} of {3 * BATCHES}, learning rate 0.00'
        in log
    )


def test_sigterm_ends_the_process_as_before_once_training_is_over(tiny):
    before = signal.getsignal(signal.SIGTERM)
    tiny(change={'train_cfg.max_epochs': 1})
    assert signal.getsignal(signal.SIGTERM) == before


def test_leftovers_of_killed_writers_are_removed(tiny, tmp_path):
    folder = tmp_path / 'run'
    folder.mkdir()
    (folder / '.epoch_1.partial-99999999.pth').touch()
    tiny(change={'train_cfg.max_epochs': 1})
    assert not list(folder.glob('.*partial*'))


def test_mixed_precision_needs_a_gpu(monkeypatch):
    monkeypatch.setitem(_use_mixed_precision.__globals__, 'get_device', lambda: 'cpu')
    with pytest.raises(UserError, match='amp=True needs a GPU'):
        _use_mixed_precision(Config())


@pytest.fixture
def sized(monkeypatch):
    """The tiny dataset, with a box on each image; every fifth is large."""
    boxes = [[0, 0, 100, 100] if i % 5 == 0 else [0, 0, 9, 9] for i in range(SAMPLES)]
    images = [dict(value=i, instances=[dict(bbox=box)]) for i, box in enumerate(boxes)]
    monkeypatch.setattr(TinyDataset, 'load_data_list', lambda self: list(images))


def test_balanced_sizes_resume_to_the_bit(tiny, sized, tmp_path, log_of):
    balanced = dict(by_epoch=False, training=dict(balance_sizes=True))
    whole = tiny('whole', **balanced)
    assert 'boxes of an epoch small 77.3 -> 50.0 %, medium 0.0 -> 0.0 %, large' in log_of(whole)
    tiny('cut', change={'train_cfg.max_iters': 8}, **balanced)  # within the second epoch
    tiny('cut', resume=True, **balanced)
    assert losses(tmp_path / 'cut') == losses(tmp_path / 'whole')
    tiny('plain', by_epoch=False)
    assert losses(tmp_path / 'plain') != losses(tmp_path / 'whole')
    with pytest.raises(UserError, match=r'sampler\.type was .*SizeBalancedSampler'):
        tiny('whole', resume=True, by_epoch=False)


@pytest.mark.parametrize(
    ('config', 'said'),
    [
        (LIGHT_SEGMENTER, 'this is a segmenter'),
        (None, 'the sampler of train_dataloader is ClassAwareSampler'),
    ],
)
def test_sizes_that_cannot_be_balanced_are_one_error(coco_folder, tmp_path, config, said):
    options = {} if config else {'train_dataloader.sampler.type': 'ClassAwareSampler'}
    with pytest.raises(UserError, match=f'balance_sizes=True .*{said}'):
        train(
            config or LIGHT,
            data=None if config else coco_folder,
            balance_sizes=True,
            work_dir=tmp_path,
            cfg_options=options,
        )


def test_training_is_imported_with_few_modules_of_the_package():
    """Without the rooms for export, swaps, data and evaluation: a run loads those that it uses."""
    count = "sum(name.split('.')[0] == 'res2net_mm' for name in sys.modules)"
    code = f'import sys, res2net_mm.engine.train; print({count})'
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 69


@pytest.fixture
def file_limit():
    """Let no file grow past a size, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_old_checkpoint_and_one_error(tiny, tmp_path, file_limit):
    tiny(change={'train_cfg.max_epochs': 1}, bulk=BULK)
    kept = tmp_path / 'run' / 'epoch_1.pth'
    before = kept.read_bytes()
    file_limit(100_000)
    with pytest.raises(UserError, match=r'cannot be written.*last whole checkpoint is .*epoch_1'):
        tiny(bulk=BULK, resume=True)
    assert kept.read_bytes() == before
    assert not list((tmp_path / 'run').glob('.*partial*'))
    assert latest_whole_checkpoint(tmp_path / 'run').path == kept


def test_a_log_that_cannot_be_written_prints_no_traceback(capsys, tmp_path):
    logger = logging.getLogger('full')
    logger.addHandler(logging.FileHandler('/dev/full'))
    with full_disk_is_one_error(str(tmp_path)):
        logger.error('a line of the log')
    assert capsys.readouterr().err == ''
    logger.error('a line after the run')
    assert 'No space left' in capsys.readouterr().err


def test_other_errors_of_the_system_stay(tmp_path):
    with pytest.raises(PermissionError), full_disk_is_one_error(str(tmp_path)):
        raise PermissionError(13, 'Permission denied', 'a.pth')


def test_where_nothing_was_saved(tmp_path):
    with (
        pytest.raises(UserError, match=r'a\.pth cannot be written.*No checkpoint.*resume=True'),
        full_disk_is_one_error(str(tmp_path)),
    ):
        raise OSError(28, 'No space left on device', 'a.pth')
