"""Points a config of an MMDetection detector at a recognised folder."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

from res2net_mm.data.detection.box_folder import DetectionFolder, Split
from res2net_mm.data.set_splits import Settings, copied_settings, metainfo, set_splits
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import replace_dataset, type_name, walk
from res2net_mm.openmmlab.heads import set_class_count

# By these a model that predicts masks is known: RTMDet and Mask2Former have no mask_head.
MASK_PARTS = ('mask_head', 'loss_mask')
COCO_METRICS = ('SizeMetric', 'CocoMetric')
SIZE_FILTERS = ('min_size', 'bbox_min_size')
LOADING = ('LoadAnnotations', 'LoadPanopticAnnotations')


def set_dataset(cfg: Config, folder: DetectionFolder) -> list[str]:
    """Point every dataset and evaluator of a config at a folder, and set the number of classes.

    Datasets become CocoDataset inside the wrappers they have (RepeatDataset and the like);
    a ConcatDataset becomes one dataset, since all its parts would be the same. Filters on the size
    of images and boxes go: no training box is left out for being small. Evaluators other than
    SizeMetric and CocoMetric belong to other data and go; SizeMetric comes where none is left.

    Args:
        cfg: A loaded config. It is changed in place, or not at all if an error is raised.
        folder: Result of ``recognise``.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The model needs masks or semantic labels that the folder does not have, or its
            number of classes cannot be set.
    """
    if cfg.get('model') is None or cfg.get('train_dataloader') is None:
        raise UserError('the config has no model or no train_dataloader: it trains no detector.')
    settings = copied_settings(cfg)
    for name, loader in settings.items():
        for step in walk(loader) if name.endswith('_dataloader') else ():
            if type_name(step) in LOADING:
                _check_labels(step, settings['model'], folder)

    changes = set_class_count(settings['model'], len(folder.classes))
    changes += set_splits(
        cfg,
        settings,
        folder,
        dataset=lambda dataset, split: _point_dataset(dataset, folder, split),
        metrics=lambda metrics, split: _point_metrics(metrics, folder, split),
        listed=lambda split: split.ann_file,
    )
    return changes


def _check_labels(step: Any, model: Mapping[str, Any], folder: DetectionFolder) -> None:
    """Refuse labels that the folder lacks, or stop loading masks that nothing needs."""
    if step.get('with_seg') or type_name(step) == 'LoadPanopticAnnotations':
        raise UserError(
            f'the model trains on semantic labels, too, and {folder.root} has boxes only: choose a '
            'config without a semantic branch.'
        )
    if not step.get('with_mask') or folder.has_masks:
        return
    if any(key in part for part in walk(model) for key in MASK_PARTS):
        lacking = sum(split.boxes - split.masks for split in folder.splits.values())
        raise UserError(
            f'the model has mask heads, and {lacking} boxes of {folder.root} have no mask '
            '(segmentation): choose a config that predicts boxes only, such as Faster R-CNN.'
        )
    step['with_mask'] = False


def _point_dataset(dataset: Settings, folder: DetectionFolder, split: Split) -> Settings:
    new = dict(
        type='mmdet.CocoDataset',
        data_root=str(folder.root),
        ann_file=str(split.ann_file),
        data_prefix=dict(img=str(split.image_dir)),
        metainfo=metainfo(folder.classes),
    )
    part: Any
    for part in walk(dataset):
        if part.get('filter_cfg') is not None:
            kept = {key: v for key, v in part['filter_cfg'].items() if key not in SIZE_FILTERS}
            part['filter_cfg'] = kept
    return replace_dataset(dataset, new)


def _point_metrics(
    entries: list[Settings], folder: DetectionFolder, split: Split
) -> tuple[list[Settings], str]:
    kept = [entry for entry in entries if type_name(entry) in COCO_METRICS]
    kept = kept or [dict(type='res2net_mm.SizeMetric', metric='bbox')]
    for entry in kept:
        entry['ann_file'] = str(split.ann_file)
        if not folder.has_masks:
            metrics = entry.get('metric', 'bbox')
            metrics = [metrics] if isinstance(metrics, str) else metrics
            entry['metric'] = [metric for metric in metrics if metric != 'segm'] or ['bbox']
    return kept, f'{", ".join(map(type_name, kept))} on {split.ann_file}'
