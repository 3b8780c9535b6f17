"""Reading and replacing the parts of a config that name data, whatever the task."""

import colorsys
from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

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
PARTS = ('dataloader', 'evaluator')


def data_settings(cfg: Config) -> list[str]:
    """The keys of a config that hold its model, data loaders and evaluators."""
    keys = [f'{name}_{part}' for name in ('train', 'val', 'test') for part in PARTS]
    return ['model', *(key for key in keys if cfg.get(key) is not None)]


def kind(settings: Mapping) -> str:
    """The name of what a config builds: its type without scope, be it written or imported."""
    name = settings.get('type', '')
    name = name if isinstance(name, str) else name.__name__
    return name.rsplit('.', 1)[-1]


def walk(settings: Any) -> Iterator[Mapping]:
    """All mappings inside a config, outermost first."""
    if isinstance(settings, Mapping):
        yield settings
        for value in settings.values():
            yield from walk(value)
    elif isinstance(settings, (list, tuple)):
        for value in settings:
            yield from walk(value)


def leaf_datasets(dataset: Mapping) -> Iterator[Mapping]:
    """The datasets inside wrappers such as RepeatDataset and ConcatDataset."""
    if 'datasets' in dataset:
        for part in dataset['datasets']:
            yield from leaf_datasets(part)
    elif 'dataset' in dataset:
        yield from leaf_datasets(dataset['dataset'])
    else:
        yield dataset


def replace_dataset(dataset: Mapping, new: Mapping) -> Mapping:
    """Puts ``new`` where the data is named, inside the wrappers and with what is ``KEPT``.

    Wrappers (RepeatDataset and the like) stay; a ConcatDataset becomes one dataset, since all its
    parts would be the same.
    """
    if 'datasets' in dataset:
        return replace_dataset(dataset['datasets'][0], new)
    if 'dataset' in dataset:
        dataset['dataset'] = replace_dataset(dataset['dataset'], new)
        return dataset
    return {**new, **{key: dataset[key] for key in KEPT if key in dataset}}


def make_palette(count: int) -> list[tuple[int, int, int]]:
    """RGB colours to draw classes in: hues as far apart as they get one after the other."""
    golden = 0.618034
    hues = [colorsys.hsv_to_rgb(i * golden % 1, 0.8, 0.95) for i in range(count)]
    return [tuple(round(255 * part) for part in colour) for colour in hues]
