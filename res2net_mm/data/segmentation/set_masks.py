"""Points a config of an MMSegmentation segmenter at a recognised folder of masks."""

import copy

from mmengine.config import Config

from res2net_mm.data.segmentation.mask_folder import MaskSplit, SegmentationFolder
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import (
    data_settings,
    is_segmenter,
    make_palette,
    replace_dataset,
    type_name,
    walk,
)
from res2net_mm.openmmlab.heads import set_segmentation_heads

# Where transforms keep the label that they leave out or fill gaps with.
FILLED_BY = {
    'RandomCrop': 'ignore_index',
    'GenerateEdge': 'ignore_index',
    'RandomRotate': 'seg_pad_val',
    'RandomMosaic': 'seg_pad_val',
}
METRICS = ('IoUMetric', 'RegionSizeMetric')  # those of label maps


def set_masks(cfg: Config, folder: SegmentationFolder) -> list[str]:
    """Points every dataset and evaluator of ``cfg`` at ``folder``; sets classes and ignored label.

    Datasets become BaseSegDataset inside the wrappers they have. Crops, sizes and all else of the
    pipelines stay. Metrics other than those of label maps go, and RegionSizeMetric comes where none
    is left.

    Args:
        cfg: a loaded config, changed in place, or not at all where an error is raised.
        folder: what ``recognise_masks`` returned.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: the number of classes cannot be set.
    """
    if not is_segmenter(cfg) or cfg.get('train_dataloader') is None:
        raise UserError('the config has no decode_head or no train_dataloader: it trains no mask.')
    settings = {key: copy.deepcopy(cfg[key]) for key in data_settings(cfg)}
    # mmseg moves labels from 1 on down by one, and 0 to 255, where a dataset says so.
    ignored = 255 if folder.labels.first else folder.labels.ignore_index
    changes = set_segmentation_heads(settings['model'], len(folder.labels.classes), ignored)
    for name, split in folder.splits.items():
        if loader := settings.get(f'{name}_dataloader'):
            loader['dataset'] = replace_dataset(loader['dataset'], _dataset(folder, split))
            _set_transforms(loader['dataset'], ignored)
            count = len(split.files.names)
            changes.append(f'{name}_dataloader: {count} images of {split.list_file}')
        if evaluator := settings.get(f'{name}_evaluator'):
            settings[f'{name}_evaluator'], metrics = _point_evaluator(evaluator, ignored)
            changes.append(f'{name}_evaluator: {metrics}, label {ignored} left out')
    for key, value in settings.items():
        cfg[key] = value
    return changes


def _dataset(folder: SegmentationFolder, split: MaskSplit) -> dict:
    classes = folder.labels.classes
    return dict(
        type='mmseg.BaseSegDataset',
        data_root=str(folder.root),
        ann_file=str(split.list_file),
        data_prefix=dict(
            img_path=str(split.files.image_dir), seg_map_path=str(split.files.mask_dir)
        ),
        img_suffix=split.files.image_suffix,
        seg_map_suffix=split.files.mask_suffix,
        reduce_zero_label=bool(folder.labels.first),
        metainfo=dict(classes=classes, palette=make_palette(len(classes))),
    )


def _set_transforms(dataset, ignored: int) -> None:
    for step in walk(dataset):
        if type_name(step) == 'LoadAnnotations':
            step.pop('reduce_zero_label', None)  # the dataset says it
        elif type_name(step) in FILLED_BY:
            step[FILLED_BY[type_name(step)]] = ignored
        elif type_name(step) == 'RandomCutOut' and step.get('seg_fill_in') is not None:
            step['seg_fill_in'] = ignored
        elif type_name(step) == 'Pad':
            value = step.get('pad_val', 0)
            value = value.get('img', 0) if isinstance(value, dict) else value
            step['pad_val'] = dict(img=value, seg=ignored)


def _point_evaluator(evaluator, ignored: int):
    entries = evaluator if isinstance(evaluator, (list, tuple)) else [evaluator]
    kept = [entry for entry in entries if type_name(entry) in METRICS]
    kept = kept or [dict(type='res2net_mm.RegionSizeMetric')]
    for entry in kept:
        entry['ignore_index'] = ignored
    names = ', '.join(map(type_name, kept))
    return (kept if isinstance(evaluator, (list, tuple)) else kept[0]), names
