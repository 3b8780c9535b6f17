"""Points a config of an MMSegmentation segmenter at a recognised folder of label maps."""

from typing import Any

from mmengine.config import Config

from res2net_mm.data.segmentation.listed_pairs import ListedPairs
from res2net_mm.data.segmentation.mask_folder import MaskSplit, SegmentationFolder
from res2net_mm.data.set_splits import Settings, copied_settings, metainfo, set_splits
from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.encoding import IGNORED
from res2net_mm.openmmlab.edit import (
    SEGMENTER,
    model_kind,
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
METRICS = ('IoUMetric', 'RegionSizeMetric', 'SaliencySizeMetric')  # those of label maps


def set_masks(cfg: Config, folder: SegmentationFolder) -> list[str]:
    """Point every dataset and evaluator of a config at a folder; set classes and ignored label.

    Datasets become BaseSegDataset inside the wrappers they have. Crops, sizes and all else of the
    pipelines stay. Metrics other than those of label maps go, and RegionSizeMetric comes where none
    is left.

    Args:
        cfg: A loaded config. It is changed in place, or not at all if an error is raised.
        folder: Result of ``recognise_masks``.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The number of classes cannot be set.
    """
    if model_kind(cfg) != SEGMENTER or cfg.get('train_dataloader') is None:
        raise UserError(
            'the config has no decode_head or no train_dataloader: it trains no segmenter.'
        )
    settings = copied_settings(cfg)
    # mmseg moves labels from 1 on down by one, and 0 to 255, where a dataset says so.
    ignored = IGNORED if folder.labels.first else folder.labels.ignore_index

    def dataset(given: Settings, split: MaskSplit) -> Settings:
        new = replace_dataset(given, _dataset(folder, split))
        _set_transforms(new, ignored)
        return new

    changes = set_segmentation_heads(settings['model'], len(folder.classes), ignored)
    changes += set_splits(
        cfg,
        settings,
        folder,
        dataset=dataset,
        metrics=lambda metrics, _: _metrics(metrics, ignored),
        listed=lambda split: _listed(split).list_file,
    )
    return changes


def _metrics(entries: list[Settings], ignored: int) -> tuple[list[Settings], str]:
    kept = [entry for entry in entries if type_name(entry) in METRICS]
    kept = kept or [dict(type='res2net_mm.RegionSizeMetric')]
    left_out = ''
    for metric in kept:
        if type_name(metric) != 'SaliencySizeMetric':  # every pixel of a mask counts
            metric['ignore_index'] = ignored
            left_out = f', label {ignored} left out'
    return kept, f'{", ".join(map(type_name, kept))}{left_out}'


def _listed(split: MaskSplit) -> ListedPairs:
    assert split.listed is not None, 'a folder that recognise_masks has returned'
    return split.listed


def _dataset(folder: SegmentationFolder, split: MaskSplit) -> Settings:
    listed = _listed(split)
    return dict(
        type='mmseg.BaseSegDataset',
        data_root=str(folder.root),
        ann_file=str(listed.list_file),
        data_prefix=dict(img_path=str(listed.image_dir), seg_map_path=str(listed.map_dir)),
        img_suffix=listed.image_suffix,
        seg_map_suffix=listed.map_suffix,
        reduce_zero_label=bool(folder.labels.first),
        metainfo=metainfo(folder.classes),
    )


def _set_transforms(dataset: Settings, ignored: int) -> None:
    step: Any
    for step in walk(dataset):
        kind = type_name(step)
        if kind == 'LoadAnnotations':
            step.pop('reduce_zero_label', None)  # the dataset says it
        elif kind == 'LoadSaliencyAnnotations':
            step['threshold'] = 0  # label maps of 0 and 1 are written or found
        elif kind in FILLED_BY:
            step[FILLED_BY[kind]] = ignored
        elif kind == 'RandomCutOut' and step.get('seg_fill_in') is not None:
            step['seg_fill_in'] = ignored
        elif kind == 'Pad':
            value = step.get('pad_val', 0)
            value = value.get('img', 0) if isinstance(value, dict) else value
            step['pad_val'] = dict(img=value, seg=ignored)
