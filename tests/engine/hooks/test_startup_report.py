"""What a run says of itself before its first iteration."""

from types import SimpleNamespace

import pytest
from mmengine.config import Config
from tiny_run import BATCHES, EPOCHS
from torch import nn

import res2net_mm
from res2net_mm.engine.hooks.startup_report import (
    describe_backbone,
    describe_dataset,
    describe_frozen,
    describe_learning_rate,
)


class Boxes:
    """A dataset as mmdet's: boxes of 10, 50 and 100 px side, and one that is ignored."""

    def __len__(self):
        return 2

    def get_data_info(self, i):
        sides = [(10, 0), (50, 0)] if i == 0 else [(100, 0), (100, 1)]
        return dict(
            instances=[dict(bbox=[5, 5, 5 + s, 5 + s], ignore_flag=flag) for s, flag in sides]
        )


class Images(Boxes):
    def get_data_info(self, i):
        return dict(img_path=str(i))


class Masks(Boxes):
    metainfo = dict(classes=('a', 'b'))

    def get_data_info(self, i):
        return dict(img_path=str(i), seg_map_path=str(i))


def test_dataset():
    said = describe_dataset(Boxes())
    assert said == 'Boxes, 2 images, 3 boxes (1 small, 1 medium, 1 large; by box area)'
    assert describe_dataset(Images()) == 'Images, 2 images'
    assert describe_dataset(Masks()) == 'Masks, 2 images with masks of 2 classes'


def test_backbone_and_what_is_frozen():
    model = nn.Module()
    model.backbone = res2net_mm.build('res2net_light_14w_4s', frozen_stages=1, norm_eval=True)
    model.head = nn.Linear(2, 2)
    said = describe_backbone(model.backbone)
    assert said == 'Res2Net, preset res2net_light_14w_4s, block_rule official'
    assert describe_frozen(model) == (
        'backbone.conv1, backbone.bn1, backbone.layer1, '
        'all batch norms of the backbone keep their statistics'
    )
    model.backbone = nn.Conv2d(1, 1, 1)
    assert describe_frozen(model) == 'nothing'


def test_a_resumed_run_that_counts_in_iterations_says_which(tiny, log_of):
    tiny(change={'train_cfg.max_iters': 8}, by_epoch=False)
    log = log_of(tiny(by_epoch=False, resume=True))
    assert f'resumes at: iteration 9 of {EPOCHS * BATCHES}, learning rate 0.0' in log


@pytest.mark.parametrize(
    ('by_epoch', 'length', 'end'),
    [
        (True, {'train_cfg.max_epochs': 1}, 'all 1 epochs are done'),
        (False, {'train_cfg.max_iters': 4}, 'all 4 iterations are done'),
    ],
)
def test_a_finished_run_has_nothing_left_to_train(tiny, log_of, by_epoch, length, end):
    tiny(change=length, by_epoch=by_epoch)
    log = log_of(tiny(change=length, by_epoch=by_epoch, resume=True))
    assert f'resumes at: the end: {end}, and nothing is left to train' in log


def test_the_learning_rate_is_told_with_the_batch_it_was_scaled_to():
    """MMDetection's loaders have no batch_size: a batch sampler of images of one shape makes it."""
    rate = SimpleNamespace(param_groups=[dict(lr=0.001, initial_lr=0.01)])
    loader = SimpleNamespace(batch_size=None)
    cfg = Config(dict(auto_scale_lr=dict(enable=True, base_batch_size=16)))
    cfg.train_dataloader = dict(batch_size=4)
    runner = SimpleNamespace(optim_wrapper=rate, cfg=cfg, world_size=2, train_dataloader=loader)
    assert describe_learning_rate(runner) == '0.01, scaled from 16 to 8 images per step'
    cfg.auto_scale_lr.enable = False
    assert describe_learning_rate(runner) == '0.01'
