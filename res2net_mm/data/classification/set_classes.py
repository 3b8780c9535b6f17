"""Points a config of an MMPretrain classifier at a recognised folder of classified images."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from mmengine.config import Config

from res2net_mm.data.classification.class_folder import ClassificationFolder, ClassSplit
from res2net_mm.data.demo.object_set import RECORD
from res2net_mm.data.set_splits import Settings, copied_settings, metainfo, set_splits
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import (
    CLASSIFIER,
    leaf_datasets,
    model_kind,
    replace_dataset,
    type_name,
    walk,
)
from res2net_mm.openmmlab.heads import set_class_count

#: Metrics of images with one class each.
METRICS = ('AccuracyMetric', 'Accuracy', 'SingleLabelMetric', 'ConfusionMatrix')
LOADING = 'LoadImageFromFile'
#: Data sets that hold pixels in memory, in RGB, and the side of their pictures in px.
IN_MEMORY = {'CIFAR10': 32, 'CIFAR100': 32}


def set_classes(cfg: Config, folder: ClassificationFolder) -> list[str]:
    """Point every dataset and evaluator of a config at a folder, and set the number of classes.

    Datasets become CustomDataset inside the wrappers they have, a ConcatDataset one dataset.
    Pipelines stay, but those of CIFAR, whose images come without files, begin with reading the
    file and resizing it to CIFAR's size. Metrics that are not of one class per image go, and
    AccuracyMetric comes where none is left, with the sizes of objects if the folder tells them.
    Top-k of as many as there are classes go.

    Args:
        cfg: A loaded config. It is changed in place, or not at all if an error is raised.
        folder: Result of ``recognise_classes``.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The config trains no classifier of one class per image, or its number of classes
            cannot be set.
    """
    if model_kind(cfg) != CLASSIFIER or cfg.get('train_dataloader') is None:
        raise UserError(
            'the config has no classifier or no train_dataloader: it trains no classifier.'
        )
    settings = copied_settings(cfg)
    preprocessor = copy.deepcopy(cfg.get('data_preprocessor'))
    changes = set_model_classes(settings['model'], preprocessor, len(folder.classes))

    def dataset(given: Settings, split: ClassSplit) -> Settings:
        side = in_memory_side(given)
        new = replace_dataset(given, _dataset(folder, split))
        if side is not None:
            read_files(new, side, (preprocessor, settings['model'].get('data_preprocessor')))
            changes.append(f'{split.name}_dataloader: images are read and resized to {side}x{side}')
        return new

    said = set_splits(
        cfg,
        settings,
        folder,
        dataset=dataset,
        metrics=lambda metrics, _: _metrics(metrics, folder),
        listed=lambda split: split.list_file,
    )
    if preprocessor is not None:
        cfg.data_preprocessor = preprocessor
    return [*changes, *said]


def set_model_classes(model: Settings, preprocessor: Settings | None, count: int) -> list[str]:
    """Set the number of classes of a classifier in head, losses and preprocessor, in place.

    Args:
        model: Settings of the model.
        preprocessor: Settings of the data preprocessor beside the model; None if there are none.
        count: Number of classes.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The head predicts something else than one class of each image.
    """
    head = model.get('head') or {}
    kind = type_name(head)
    if 'MultiLabel' in kind or 'MultiTask' in kind or 'Regression' in kind:
        raise UserError(
            f'the head {kind} does not predict one class of each image, which the folder has: '
            'choose a config with another head, such as LinearClsHead'
        )
    changes = set_class_count(model, count)
    for part in walk(model):
        if 'topk' in part and type_name(part).endswith('Head'):
            part['topk'] = _topk(part['topk'], count)
    for place in (preprocessor, model.get('data_preprocessor')):
        if place and place.get('num_classes') not in (None, count):
            change = f'data_preprocessor.num_classes: {place["num_classes"]} -> {count}'
            changes += [change] if change not in changes else []
            place['num_classes'] = count
    return changes


def in_memory_side(dataset: Mapping[str, Any]) -> int | None:
    """Return the side in px of the pictures of a dataset without files, None for others."""
    return IN_MEMORY.get(type_name(next(leaf_datasets(dataset))))


def read_files(dataset: Any, side: int, preprocessors: Iterable[Settings | None]) -> None:
    """Have the pipelines of a dataset read files and resize them, in place.

    The preprocessors of the model turn the channels: files are read as BGR, arrays were RGB.
    """
    for preprocessor in preprocessors:
        if preprocessor is not None:
            preprocessor['to_rgb'] = True
    part: Any
    for part in walk(dataset):
        if 'pipeline' in part and all(type_name(step) != LOADING for step in part['pipeline']):
            first = [dict(type=LOADING), dict(type='Resize', scale=(side, side))]
            part['pipeline'] = [*first, *part['pipeline']]


def _dataset(folder: ClassificationFolder, split: ClassSplit) -> Settings:
    return dict(
        type='mmpretrain.CustomDataset',
        data_root='',
        data_prefix=dict(img_path=str(split.files.image_dir)),
        ann_file=str(split.list_file),
        metainfo=metainfo(folder.classes),
    )


def _metrics(entries: list[Settings], folder: ClassificationFolder) -> tuple[list[Settings], str]:
    count, sizes = len(folder.classes), folder.root / RECORD
    kept = [entry for entry in entries if type_name(entry) in METRICS]
    kept = kept or [dict(type='res2net_mm.AccuracyMetric')]
    for entry in kept:
        if type_name(entry) == 'AccuracyMetric':
            entry['sizes'] = str(sizes) if sizes.is_file() else None
        if 'topk' in entry:
            entry['topk'] = _topk(entry['topk'], count)
        if entry.get('num_classes') is not None:
            entry['num_classes'] = count
    return kept, ', '.join(map(_shown, kept))


def _topk(given: int | tuple[int, ...], count: int) -> int | tuple[int, ...]:
    """Return the top-k that tell anything among so many classes: those below their number."""
    if isinstance(given, int):
        return given if given < count else 1
    return tuple(k for k in given if k < count) or (1,)


def _shown(metric: Mapping[str, Any]) -> str:
    topk = metric.get('topk')
    return type_name(metric) + (f' (top-k: {topk})' if topk is not None else '')
