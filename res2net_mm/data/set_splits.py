"""Points the data loaders and evaluators of a config at the splits of a recognised folder."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from mmengine.config import Config

from res2net_mm.data.recognised import ReadSplit, RecognisedFolder
from res2net_mm.openmmlab.edit import data_settings, make_palette

Settings = dict[str, Any]
S = TypeVar('S', bound=ReadSplit)


def copied_settings(cfg: Config) -> Settings:
    """Return a copy of the model, data loaders and evaluators of a config, by key."""
    return {key: copy.deepcopy(cfg[key]) for key in data_settings(cfg)}


def metainfo(classes: Sequence[str]) -> Settings:
    """Return the names and colours of classes as a dataset takes them."""
    return dict(classes=tuple(classes), palette=make_palette(len(classes)))


def set_splits(
    cfg: Config,
    settings: Settings,
    folder: RecognisedFolder[S],
    *,
    dataset: Callable[[Settings, S], Settings],
    metrics: Callable[[list[Settings], S], tuple[list[Settings], str]],
    listed: Callable[[S], Path | None],
) -> list[str]:
    """Point every data loader and evaluator at a split of a folder, and put them into the config.

    Args:
        cfg: A loaded config, changed in place.
        settings: Result of ``copied_settings``; changed in place.
        folder: The recognised folder.
        dataset: Takes the settings of a dataset and a split; returns settings that read the split.
        metrics: Takes the metrics of an evaluator and a split; returns the metrics to use, and
            their description.
        listed: Returns the file that training reads for a split.

    Returns:
        What was changed, one line each.
    """
    changes = []
    for name, split in folder.splits.items():
        if loader := settings.get(f'{name}_dataloader'):
            loader['dataset'] = dataset(loader['dataset'], split)
            count = len(split.files.image_files)
            changes.append(f'{name}_dataloader: {count} images of {listed(split)}')
        if evaluator := settings.get(f'{name}_evaluator'):
            is_list = isinstance(evaluator, list | tuple)
            kept, said = metrics([*evaluator] if is_list else [evaluator], split)
            settings[f'{name}_evaluator'] = kept if is_list else kept[0]
            changes.append(f'{name}_evaluator: {said}')
    for key, value in settings.items():  # cfg.update would merge them with what was there
        cfg[key] = value
    return changes
