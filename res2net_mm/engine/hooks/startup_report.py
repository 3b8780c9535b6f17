"""Log, before the first iteration, what is about to be trained on what."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import IterBasedTrainLoop, Runner
from torch import nn

from res2net_mm.openmmlab.internals import has_loaded, is_resuming, loaded_file
from res2net_mm.registry import HOOKS

from .finite import learning_rate


@HOOKS.register_module(force=True)  # a reload is harmless
class StartupReport(Hook):
    """Log the dataset, the backbone, the weights loaded, what is frozen and what trains."""

    priority = 'VERY_LOW'

    def before_train(self, runner: Runner) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        resumes = is_resuming(runner) and runner.iter
        lines = [
            f'dataset: {describe_dataset(runner.train_dataloader.dataset)}',
            f'backbone: {describe_backbone(model.backbone)}',
            f'weights: {describe_weights(runner, model.backbone)}',
            *([f'resumes at: {describe_place(runner)}'] if resumes else []),
            f'frozen: {describe_frozen(model)}',
            f'trainable parameters: {_count(p for p in model.parameters() if p.requires_grad)}'
            f' of {_count(model.parameters())}',
            f'learning rate: {describe_learning_rate(runner)}',
        ]
        runner.logger.info('about to train\n  ' + '\n  '.join(lines))


def describe_dataset(dataset: Any) -> str:
    """Return the size of an mm dataset, with its boxes in each of COCO's size bins."""
    from res2net_mm.evaluation import COCO_BINS  # others' runs may use this room's hooks alone

    areas: list[float] = []
    has_boxes = has_masks = has_labels = False
    for i in range(len(dataset)):
        info = dataset.get_data_info(i)
        has_masks = has_masks or 'seg_map_path' in info
        has_labels = has_labels or 'gt_label' in info
        instances = info.get('instances')
        has_boxes = has_boxes or instances is not None
        for instance in instances or ():
            x1, y1, x2, y2 = instance['bbox']
            if not instance.get('ignore_flag'):
                areas.append((x2 - x1) * (y2 - y1))
    name = f'{type(dataset).__name__}, {len(dataset)} images'
    if has_masks and not has_boxes:
        return f'{name} with masks of {len(dataset.metainfo["classes"])} classes'
    if has_labels and not has_boxes:
        return f'{name} of {len(dataset.metainfo["classes"])} classes'
    if not has_boxes:
        return name
    counts = ', '.join(f'{size.holds(np.array(areas)).sum()} {size.name}' for size in COCO_BINS)
    return f'{name}, {len(areas)} boxes ({counts}; by box area)'


def describe_backbone(backbone: nn.Module) -> str:
    """Return the class of a backbone, with preset and block rule for those of this package."""
    ours = {name: getattr(backbone, name, None) for name in ('preset', 'block_rule')}
    named = [f'{name} {value}' for name, value in ours.items() if value]
    return ', '.join([type(backbone).__name__, *named])


def describe_weights(runner: Runner, backbone: nn.Module) -> str:
    """Return where the weights came from and how many tensors were loaded."""
    report = getattr(backbone, 'load_report', None)
    if loaded_file(runner) and has_loaded(runner):
        how = 'resumed from' if is_resuming(runner) else 'loaded from'
        counted = report and f' ({report.loaded} of {report.total} tensors of the backbone)'
        return f'{how} {loaded_file(runner)}{counted or ""}'
    return f'backbone from {report}' if report else 'random'


def describe_place(runner: Runner) -> str:
    """Return where a run is resumed: epoch, where it counts in epochs, iteration, learning rate."""
    loop = runner.train_loop
    by_iteration = isinstance(loop, IterBasedTrainLoop)
    done, wanted = (
        (runner.iter, runner.max_iters) if by_iteration else (runner.epoch, runner.max_epochs)
    )
    if done >= wanted:
        unit = 'iterations' if by_iteration else 'epochs'
        return f'the end: all {wanted} {unit} are done, and nothing is left to train'
    place = ''
    if not by_iteration:
        batches = runner.iter - getattr(loop, 'epoch_began_at', runner.iter)
        within = f' after {batches} of its {len(runner.train_dataloader)} batches'
        place = f'epoch {runner.epoch + 1} of {wanted}{within if batches else ""}, '
    return (
        f'{place}iteration {runner.iter + 1} of {runner.max_iters}, learning rate '
        f'{learning_rate(runner)}'
    )


def describe_learning_rate(runner: Runner) -> str:
    """Return the rate that the schedule starts from, and how it was scaled to the batch size."""
    groups = getattr(runner.optim_wrapper, 'param_groups', None)
    if not groups:  # several optimizers
        return learning_rate(runner)
    rate = groups[0].get('initial_lr', groups[0]['lr'])
    scaling = runner.cfg.get('auto_scale_lr') or {}
    if not scaling.get('enable'):
        return f'{rate:.6g}'
    images = runner.world_size * runner.cfg.train_dataloader.batch_size  # a sampler hides its own
    return f'{rate:.6g}, scaled from {scaling["base_batch_size"]} to {images} images per step'


def describe_frozen(model: nn.Module) -> str:
    """Return the outermost modules of which no parameter trains, and whether norms are frozen."""
    frozen: list[str] = []
    for name, module in model.named_modules():
        parameters = list(module.parameters())
        if not parameters or any(name.startswith(f'{outer}.') for outer in frozen):
            continue
        if not any(parameter.requires_grad for parameter in parameters):
            frozen.append(name)
    held = getattr(model.backbone, 'norm_eval', False)
    norms = ', all batch norms of the backbone keep their statistics' if held else ''
    return (', '.join(frozen) or 'nothing') + norms


def _count(parameters: Iterable[nn.Parameter]) -> str:
    return f'{sum(parameter.numel() for parameter in parameters) / 1e6:.2f} M'
