"""A detector whose training is the same by any number of processes: no dropout, no sampling.

ATSS divides its losses by averages over all processes; where a loss is divided within each, as in
MMDetection's two-stage detectors, two processes and one of the double batch differ by design.
"""

import json
from pathlib import Path

import torch
from mmengine.config import Config

from res2net_mm.engine import train

ROOT = Path(__file__).parents[3]
IMAGES, STEP = 6, 4  # the second step of an epoch is short
CLASSES = ('disc', 'square', 'triangle', 'star', 'ring')


def small_config(folder, *, processes, epochs=1, norm='BN', norm_eval=True, **changes) -> Config:
    """A config whose steps take the same images by whatever number of processes."""
    cfg = Config.fromfile(ROOT / 'configs/atss_r2n50_fpn.py')
    norm_cfg = dict(type=norm, requires_grad=True)
    backbone = dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s', out_indices=(1, 2, 3))
    cfg.model.backbone = dict(backbone, norm_cfg=norm_cfg, norm_eval=norm_eval)
    cfg.model.data_preprocessor.pad_size_divisor = 1
    cfg.model.neck.update(in_channels=[256, 512, 1024], out_channels=32)
    cfg.model.bbox_head.update(in_channels=32, feat_channels=64, num_classes=5)
    cfg.model.bbox_head.stacked_convs = 1
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='LoadAnnotations', with_bbox=True),
        dict(type='Resize', scale=(128, 128)),
        dict(type='PackDetInputs'),
    ]
    dataset = dict(
        type='CocoDataset',
        data_root=str(folder),
        ann_file='annotations/instances_train2017.json',
        data_prefix=dict(img='train2017'),
        metainfo=dict(classes=CLASSES),
        pipeline=pipeline,
    )
    cfg.train_dataloader = dict(
        batch_size=STEP // processes,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=True),
        dataset=dataset,
    )
    for part in ('dataloader', 'evaluator', 'cfg'):
        cfg[f'val_{part}'] = cfg[f'test_{part}'] = None
    cfg.train_cfg = dict(by_epoch=True, max_epochs=epochs)
    cfg.optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.02, momentum=0.9))
    cfg.param_scheduler = [dict(type='ConstantLR', factor=0.5, by_epoch=False, end=3)]
    cfg.auto_scale_lr = dict(base_batch_size=STEP)
    cfg.randomness = dict(seed=0)
    cfg.merge_from_dict(changes)
    return cfg


def train_small(folder, work_dir, *, processes, resume=False, fsdp=False, **options) -> None:
    """Train it in this process, which may be one of several."""
    cfg = small_config(folder, processes=processes, **options)
    launcher = 'none' if processes == 1 else 'pytorch'
    train(cfg, work_dir=work_dir, launcher=launcher, resume=resume, fsdp=fsdp)


def without_boxes(folder: Path, keep: int) -> None:
    """Leave the boxes of a single training image, by its place in the set."""
    file = folder / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    image = content['images'][keep]['id']
    content['annotations'] = [a for a in content['annotations'] if a['image_id'] == image]
    file.write_text(json.dumps(content))


def weights(work_dir: Path, name='epoch_1.pth') -> dict[str, torch.Tensor]:
    """The floating-point tensors of a checkpoint."""
    state = torch.load(work_dir / name, weights_only=False)['state_dict']  # our own file
    return {key: tensor for key, tensor in state.items() if tensor.is_floating_point()}


def difference(found: dict, expected: dict, before: dict) -> float:
    """The largest difference of a tensor, as a share of what training has changed in it."""
    assert found.keys() == expected.keys()
    shares = []
    for key, tensor in expected.items():
        rounding = 1e-6 * tensor.norm()  # what a step smaller than it says nothing of
        moved = (tensor - before[key]).norm() + rounding
        shares.append(float((found[key] - tensor).norm() / moved))
    assert any((tensor - before[key]).norm() > 1e-3 for key, tensor in expected.items())
    return max(shares)
