"""A run of seconds in which everything is random that can be: order, data, model, with averages."""

import random
import sys
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, METRICS, MODELS
from mmengine.registry import HOOKS as ROOT_HOOKS
from mmengine.structures import BaseDataElement
from torch import nn

SAMPLES, BATCH = 22, 4
BATCHES = 6  # in an epoch, the last of them short
EPOCHS = 3


@DATASETS.register_module(force=True)
class TinyDataset(BaseDataset):
    METAINFO = dict(classes=('a', 'b'))

    def __init__(self, pause=0, **settings):
        self.pause = pause  # seconds for which a sample loads
        super().__init__(**settings)

    def load_data_list(self):
        return [dict(value=i) for i in range(SAMPLES)]

    def prepare_data(self, idx):
        """Draw from each generator that a pipeline may draw from."""
        value = self.get_data_info(idx)['value']
        time.sleep(self.pause)
        noise = [random.random(), np.random.rand(), torch.rand(()).item()]
        sample = BaseDataElement(metainfo=dict(img_path=f'{value}.jpg'))
        return dict(inputs=torch.tensor([value / SAMPLES, *noise]), data_samples=sample)


@MODELS.register_module(force=True)
class TinyModel(BaseModel):
    """With dropout and a batch norm; ``bulk`` makes its checkpoint larger than any other file."""

    def __init__(self, bulk=0, bad_at=None, bad_weights_after=None):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.3))
        self.head = nn.Linear(8, 1)
        self.register_buffer('bulk', torch.zeros(bulk))
        self.bad_at = bad_at
        self.bad_weights_after = bad_weights_after
        self.calls = 0

    def train_step(self, data, optim_wrapper):
        """Train; where that is asked for, end with weights that are no numbers."""
        log = super().train_step(data, optim_wrapper)
        if self.calls == self.bad_weights_after:
            self.head.bias.data.fill_(float('nan'))
        return log

    def forward(self, inputs, data_samples=None, mode='tensor'):
        inputs = torch.stack(inputs) if isinstance(inputs, list) else inputs
        out = self.head(self.backbone(inputs)).squeeze(1)
        if mode == 'predict':
            return [dict(value=float(value)) for value in out]
        self.calls += 1
        target = inputs[:, 0] + 0.1 * torch.randn(len(inputs))
        return dict(
            loss=(out - target).square().mean() + (float('nan') if self.calls == self.bad_at else 0)
        )


@METRICS.register_module(force=True)
class TinyMetric(BaseMetric):
    """A score that moves up and down, so that the best checkpoint changes."""

    def process(self, data_batch, data_samples):
        self.results += [sample['value'] for sample in data_samples]

    def compute_metrics(self, results):
        return dict(acc=float(np.mean(results)))


@ROOT_HOOKS.register_module(force=True)
class LossLog(Hook):
    """Append every loss, exact to the bit, and let whoever counts events know of the iteration."""

    priority = 'VERY_HIGH'

    def __init__(self, pause):
        self.pause = pause  # seconds for which an iteration goes on

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        sys.audit('tiny.iteration')
        line = f'{runner.iter} {batch_idx} {outputs["loss"].item().hex()}\n'
        with Path(runner.work_dir, 'losses.txt').open('a') as file:
            file.write(line)
        time.sleep(self.pause)

    def before_val_iter(self, runner, batch_idx, data_batch=None):
        sys.audit('tiny.validation')
        if self.pause:
            Path(runner.work_dir, 'validated.txt').touch()
        time.sleep(self.pause)


def tiny_config(
    *, by_epoch: bool = True, workers: int = 0, ema: bool = True, pause: float = 0, **model
) -> Config:
    loader = dict(
        batch_size=BATCH,
        num_workers=workers,
        persistent_workers=workers > 0,
        dataset=dict(type='TinyDataset'),
        sampler=dict(type='DefaultSampler' if by_epoch else 'InfiniteSampler', shuffle=True),
    )
    length = (
        dict(type='EpochBasedTrainLoop', max_epochs=EPOCHS)
        if by_epoch
        else dict(type='IterBasedTrainLoop', max_iters=EPOCHS * BATCHES, val_interval=BATCHES)
    )
    checkpoint = dict(
        type='CheckpointHook', max_keep_ckpts=1, save_best='acc', rule='greater', by_epoch=by_epoch
    )
    checkpoint['interval'] = 1 if by_epoch else 4
    return Config(
        dict(
            default_scope='mmengine',
            model=dict(type='TinyModel', **model),
            train_dataloader=loader,
            val_dataloader={**loader, 'sampler': dict(type='DefaultSampler', shuffle=False)},
            train_cfg=length,
            val_cfg=dict(),
            val_evaluator=dict(type='TinyMetric'),
            optim_wrapper=dict(optimizer=dict(type='AdamW', lr=1e-2)),
            param_scheduler=[
                dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=8),
                dict(type='MultiStepLR', by_epoch=by_epoch, milestones=[1, 2], gamma=0.3),
            ],
            default_hooks=dict(checkpoint=checkpoint, logger=dict(type='LoggerHook', interval=2)),
            log_processor=dict(by_epoch=by_epoch),
            custom_hooks=[
                dict(type='LossLog', pause=pause),
                *([dict(type='EMAHook', momentum=0.1)] * ema),
            ],
            randomness=dict(seed=3),
            log_level='INFO',
            experiment_name=uuid4().hex,  # MMEngine shares logs among runs of one name
        )
    )


def losses(work_dir: Path) -> dict[int, set[str]]:
    """Every loss by iteration: one each, if what was done twice came out the same."""
    found: dict[int, set[str]] = {}
    for line in Path(work_dir, 'losses.txt').read_text().splitlines():
        iteration, *rest = line.split()
        found.setdefault(int(iteration), set()).add(' '.join(rest))
    return found
