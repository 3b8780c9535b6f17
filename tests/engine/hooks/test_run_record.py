"""What a run writes of itself, and that no other run is gone on with."""

import json

import pytest
import torch
from mmengine.config import Config
from tiny_run import BATCHES, EPOCHS, SAMPLES, losses

from res2net_mm.errors import UserError

ONE_EPOCH = {'train_cfg.max_epochs': 1}


@pytest.fixture
def begun(tiny):
    tiny(change=ONE_EPOCH)
    return tiny


def test_the_record(begun, tmp_path):
    record = json.loads((tmp_path / 'run' / 'run.json').read_text())
    assert (record['seed'], record['processes'], record['deterministic']) == (3, 1, False)
    assert record['data']['train']['images'] == SAMPLES
    assert record['versions']['torch'] == torch.__version__
    assert {'python', 'cpu', 'threads'} < record['versions'].keys()
    assert record['starts'][0]['command']['argv']
    config = Config.fromstring(record['config'], '.py')
    assert config.model.type == 'TinyModel'
    assert config.train_cfg == dict(type='EpochBasedTrainLoop', max_epochs=1)

    begun(resume=True)  # longer than it was: the same run
    record = json.loads((tmp_path / 'run' / 'run.json').read_text())
    assert [start['resumed'] for start in record['starts']] == [
        None,
        dict(checkpoint=str(tmp_path / 'run' / 'epoch_1.pth'), iteration=BATCHES),
    ]
    assert losses(tmp_path / 'run').keys() == set(range(EPOCHS * BATCHES))


@pytest.mark.parametrize(
    ('change', 'named'),
    [
        (
            {'optim_wrapper.optimizer.lr': 0.02},
            'optim_wrapper.optimizer.lr was 0.01, is 0.02',
        ),
        (
            {'param_scheduler.1.gamma': 0.5},
            'param_scheduler.1.gamma was 0.3, is 0.5',
        ),
        (
            {'train_dataloader.batch_size': 2},
            r'images per step .* were 4 \(1 x 4\), are 2 \(1 x 2\)',
        ),
        (
            {'train_dataloader.dataset.indices': 20},
            'training data: images was 22, is 20',
        ),
        ({'custom_hooks': []}, 'custom_hooks.0.type was .*EMAHook.*, is not set'),
        (
            {'model.bulk': 3},
            'tensors differ|model.bulk was 0, is 3',
        ),
        (
            {'train_dataloader.dataset.metainfo': dict(classes=('x', 'y'))},
            'trained on the classes',
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else '',
)
def test_another_run_is_refused(begun, change, named):
    with pytest.raises(UserError, match=named):
        begun(change=change, resume=True)


def test_the_refusal_says_what_to_do(begun, tmp_path):
    with pytest.raises(UserError, match=r'run\.json.*load_from=.*epoch_1\.pth'):
        begun(change={'optim_wrapper.optimizer.weight_decay': 1}, resume=True)


def test_a_checkpoint_of_another_program_is_resumed_with_a_warning(begun, tmp_path, log_of):
    path = tmp_path / 'run' / 'epoch_1.pth'
    checkpoint = torch.load(path, weights_only=False)  # our own file
    del checkpoint['meta']['res2net_mm']
    # MMEngine would run this as a config.
    checkpoint['meta']['config'] = f'import os; os.mkdir({str(tmp_path / "sprung")!r})'
    torch.save(checkpoint, path)
    runner = begun(resume=str(path))
    assert runner.iter == EPOCHS * BATCHES
    assert not (tmp_path / 'sprung').exists()
    assert 'does not say which run it is of' in log_of(runner)
