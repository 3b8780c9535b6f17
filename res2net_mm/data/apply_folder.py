"""Points a config of an MMDetection detector at a recognised folder."""

import colorsys
import copy
from collections.abc import Mapping

from mmengine.config import Config

from res2net_mm.data.class_count import set_class_count
from res2net_mm.data.detection_folder import DetectionFolder, Split
from res2net_mm.errors import UserError

# What any dataset of a config is asked to keep; the rest belongs to its own kind of data.
KEPT = (
    'pipeline',
    'filter_cfg',
    'test_mode',
    'backend_args',
    'indices',
    'serialize_data',
    'lazy_init',
    'max_refetch',
    'return_classes',
    'caption_prompt',
)
# By these a model that predicts masks is known: RTMDet and Mask2Former have no mask_head.
MASK_PARTS = ('mask_head', 'loss_mask')
COCO_METRICS = ('SizeMetric', 'CocoMetric')
LOADING = ('LoadAnnotations', 'LoadPanopticAnnotations')
PARTS = ('dataloader', 'evaluator')


def set_dataset(cfg: Config, folder: DetectionFolder) -> list[str]:
    """Points every dataset and evaluator of ``cfg`` at ``folder`` and sets the number of classes.

    Datasets become CocoDataset inside the wrappers they have (RepeatDataset and the like);
    a ConcatDataset becomes one dataset, since all its parts would be the same. Filters on the size
    of images and boxes go: no training box is left out for being small. Evaluators other than
    SizeMetric and CocoMetric belong to other data and go; SizeMetric comes where none is left.

    Args:
        cfg: a loaded config, changed in place, or not at all where an error is raised.
        folder: what ``recognise`` returned.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: the model needs masks or semantic labels that the folder does not have, or its
            number of classes cannot be set.
    """
    if cfg.get('model') is None or cfg.get('train_dataloader') is None:
        raise UserError('the config has no model or no train_dataloader: it trains no detector.')
    settings = {key: copy.deepcopy(cfg[key]) for key in _settings(cfg)}
    for loader in (value for key, value in settings.items() if key.endswith('_dataloader')):
        for step in _loading_steps(loader):
            _check_labels(step, settings['model'], folder)

    changes = set_class_count(settings['model'], len(folder.classes))
    for name, split in folder.splits.items():
        if f'{name}_dataloader' in settings:
            loader = settings[f'{name}_dataloader']
            loader['dataset'] = _point_dataset(loader['dataset'], folder, split)
            changes.append(f'{name}_dataloader: {split.images} images of {split.ann_file}')
        if f'{name}_evaluator' in settings:
            evaluator = _point_evaluator(settings[f'{name}_evaluator'], folder, split)
            settings[f'{name}_evaluator'] = evaluator
            kinds = evaluator if isinstance(evaluator, list) else [evaluator]
            kinds = ', '.join(_kind(entry) for entry in kinds)
            changes.append(f'{name}_evaluator: {kinds} on {split.ann_file}')
    for key, value in settings.items():
        cfg[key] = value
    return changes


def _settings(cfg: Config) -> list[str]:
    keys = [f'{name}_{part}' for name in ('train', 'val', 'test') for part in PARTS]
    return ['model', *(key for key in keys if cfg.get(key) is not None)]


def _kind(settings: Mapping) -> str:
    """The name of what a config builds: its type without scope, be it written or imported."""
    kind = settings.get('type', '')
    kind = kind if isinstance(kind, str) else kind.__name__
    return kind.rsplit('.', 1)[-1]


def _walk(settings):
    """All mappings inside a config, outermost first."""
    if isinstance(settings, Mapping):
        yield settings
        for value in settings.values():
            yield from _walk(value)
    elif isinstance(settings, (list, tuple)):
        for value in settings:
            yield from _walk(value)


def _loading_steps(loader) -> list[Mapping]:
    return [entry for entry in _walk(loader) if _kind(entry) in LOADING]


def _check_labels(step, model, folder: DetectionFolder) -> None:
    """Refuses labels that the folder lacks, or stops loading masks that nothing needs."""
    if step.get('with_seg') or _kind(step) == 'LoadPanopticAnnotations':
        raise UserError(
            f'the model trains on semantic labels, too, and {folder.root} has boxes only: choose a '
            'config without a semantic branch.'
        )
    if not step.get('with_mask') or folder.has_masks:
        return
    if any(key in part for part in _walk(model) for key in MASK_PARTS):
        lacking = sum(split.boxes - split.masks for split in folder.splits.values())
        raise UserError(
            f'the model has mask heads, and {lacking} boxes of {folder.root} have no mask '
            '(segmentation): choose a config that predicts boxes only, such as Faster R-CNN.'
        )
    step['with_mask'] = False


def _point_dataset(dataset, folder: DetectionFolder, split: Split):
    if 'datasets' in dataset:
        return _point_dataset(dataset['datasets'][0], folder, split)
    if 'dataset' in dataset:
        dataset['dataset'] = _point_dataset(dataset['dataset'], folder, split)
        return dataset
    new = {key: dataset[key] for key in KEPT if key in dataset}
    if new.get('filter_cfg') is not None:
        sizes = ('min_size', 'bbox_min_size')
        new['filter_cfg'] = {k: v for k, v in new['filter_cfg'].items() if k not in sizes}
    return dict(
        type='mmdet.CocoDataset',
        data_root=str(folder.root),
        ann_file=str(split.ann_file),
        data_prefix=dict(img=str(split.image_dir)),
        metainfo=dict(classes=folder.classes, palette=_palette(len(folder.classes))),
        **new,
    )


def _point_evaluator(evaluator, folder: DetectionFolder, split: Split):
    entries = evaluator if isinstance(evaluator, (list, tuple)) else [evaluator]
    kept = [entry for entry in entries if _kind(entry) in COCO_METRICS]
    kept = kept or [dict(type='res2net_mm.SizeMetric', metric='bbox')]
    for entry in kept:
        entry['ann_file'] = str(split.ann_file)
        if not folder.has_masks:
            metrics = entry.get('metric', 'bbox')
            metrics = [metrics] if isinstance(metrics, str) else metrics
            entry['metric'] = [metric for metric in metrics if metric != 'segm'] or ['bbox']
    return kept if isinstance(evaluator, (list, tuple)) else kept[0]


def _palette(count: int) -> list[tuple[int, int, int]]:
    """RGB colours to draw the classes in: hues as far apart as they get one after the other."""
    golden = 0.618034
    hues = [colorsys.hsv_to_rgb(i * golden % 1, 0.8, 0.95) for i in range(count)]
    return [tuple(round(255 * part) for part in colour) for colour in hues]
