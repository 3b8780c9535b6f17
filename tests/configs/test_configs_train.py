"""Every config trains an iteration on tiny data of its kind, by its own pipeline.

What is tested is the config's wiring, so size is taken away from the rest: one block per stage,
images of 64 px, few proposals.
"""

import sys
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.optim import OptimWrapper
from mmengine.registry import MODELS, DefaultScope
from mmengine.runner import Runner
from shipped_configs import CONFIGS
from tiny_data import draw_tiny_data

from res2net_mm.openmmlab.config import load_config
from res2net_mm.presets import find

PIXELS = (64, 64)
# What configs call the sizes of images (of pipelines and of the preprocessor), the settings that
# make an iteration long, and what stands for them here.
SMALL = dict(scale=PIXELS, crop_size=PIXELS, size=PIXELS, num=16, nms_pre=64, max_per_img=32)


@pytest.fixture(scope='session')
def data_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('tiny')
    draw_tiny_data(root)
    return root


def shrink(node):
    """Make every size of the config small, and SyncBN, which needs a GPU, BN."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if key in SMALL and value is not None:
            several = isinstance(value, list) and isinstance(value[0], list | tuple)
            node[key] = [SMALL[key]] * len(value) if several else SMALL[key]
        elif value == 'SyncBN':
            node[key] = 'BN'
        elif isinstance(value, dict | list):
            shrink(value)


def make_shallow(backbone):
    backbone.init_cfg = None
    if backbone.type == 'res2net_mm.Res2Net':
        named = find(backbone.pop('preset')).arguments if 'preset' in backbone else {}
        numbers = {name: value for name, value in named.items() if name != 'depth'}
        stages = len(numbers.get('stage_blocks', range(4)))
        for name, value in dict(numbers, stage_blocks=(1,) * stages).items():
            backbone.setdefault(name, value)
    elif backbone.get('depth') == 101:
        backbone.depth = 50


@pytest.fixture
def panopticapi(monkeypatch):
    """Stand in for the one function of panopticapi that training needs.

    The package is on no index, and so in no environment this project sets up.
    """
    if find_spec('panopticapi') is None:

        def rgb2id(colour):
            return colour.astype(int) @ (1, 256, 256**2)

        module = ModuleType('panopticapi')
        module.utils = SimpleNamespace(rgb2id=rgb2id)
        monkeypatch.setitem(sys.modules, 'panopticapi', module)


@pytest.fixture
def any_cifar(monkeypatch):
    """Let MMPretrain read a CIFAR-100 that is not the published one, by its checksums."""
    from mmpretrain.datasets import CIFAR100

    monkeypatch.setattr(CIFAR100, '_check_integrity', lambda self: True)


@pytest.mark.slow
@pytest.mark.usefixtures('panopticapi', 'any_cifar')
@pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)
def test_trains_an_iteration(path, data_root, monkeypatch):
    monkeypatch.chdir(data_root)
    torch.manual_seed(0)
    cfg = load_config(path)
    # CIFAR's images are small, and Inception has no padding: it needs large ones.
    if not path.stem.endswith('_cifar100') and 'inception' not in path.stem:
        shrink(cfg._cfg_dict)
    make_shallow(cfg.model.backbone)
    cfg.model.pop('pretrained', None)
    cfg.train_dataloader.update(batch_size=2, num_workers=0, persistent_workers=False)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        model = MODELS.build(cfg.model)
        batch = next(iter(Runner.build_dataloader(cfg.train_dataloader, seed=0)))
        if cfg.val_evaluator.get('type') != 'CocoPanopticMetric':  # all of panopticapi, at import
            Evaluator(cfg.val_evaluator)
        optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-4)
        before = {name: p.detach().clone() for name, p in model.backbone.named_parameters()}
        log = model.train().train_step(batch, OptimWrapper(optimizer))
    assert torch.isfinite(log['loss'])
    changed = {name for name, p in model.backbone.named_parameters() if (p != before[name]).any()}
    assert changed & {*[*before][-len(before) // 5 :]}, 'nothing reached the last layers'
