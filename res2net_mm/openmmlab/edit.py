"""Read and edit the nested settings of a config, whatever the task."""

import colorsys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mmengine.config import Config
from mmengine.registry import MODELS

from res2net_mm.errors import UserError

#: What the model of a config predicts for: see :func:`model_kind`.
DETECTOR, SEGMENTER, CLASSIFIER = 'detector', 'segmenter', 'classifier'
POSE_ESTIMATOR = 'pose estimator'

Path = tuple[str | int, ...]  # keys and list indices from the top: ('model', 'neck', 0, 'type')

# Settings of any dataset that stay when its data is replaced; the others describe the data.
KEPT = (
    'pipeline', 'filter_cfg', 'test_mode', 'backend_args', 'indices', 'serialize_data',
    'lazy_init', 'max_refetch', 'return_classes', 'caption_prompt',
)  # fmt: skip


def walk_paths(
    settings: Any, path: Path = (), *, skip: Callable[[str], bool] = lambda key: False
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the path and the content of every dict inside settings, outermost first.

    ``path`` is that of ``settings`` itself; what is below a key is left out if ``skip(key)``.
    """
    if isinstance(settings, dict):
        yield path, settings
        for key, value in settings.items():
            if not skip(key):
                yield from walk_paths(value, (*path, key), skip=skip)
    elif isinstance(settings, list | tuple):
        for i, value in enumerate(settings):
            yield from walk_paths(value, (*path, i), skip=skip)


def walk(settings: Any) -> Iterator[dict[str, Any]]:
    """Yield every dict inside settings, outermost first."""
    return (part for _, part in walk_paths(settings))


def map_values(settings: Any, change: Callable[[Any], Any], *, without: str = '') -> Any:
    """Return a copy in plain dicts, lists and tuples, with ``change(value)`` for any other value.

    The key ``without`` is left out of every mapping.
    """
    if isinstance(settings, Mapping):
        return {
            key: map_values(value, change, without=without)
            for key, value in settings.items()
            if key != without
        }
    if isinstance(settings, list | tuple):
        return type(settings)(map_values(value, change, without=without) for value in settings)
    return change(settings)


def dotted(path: Path) -> str:
    """Return a path as Python writes it, ``model.neck[0].in_channels``."""
    parts = (f'[{key}]' if isinstance(key, int) else f'.{key}' for key in path)
    return ''.join(parts).removeprefix('.')


def look_up(cfg: Any, path: Path, default: Any = None) -> Any:
    """Return the settings at a path, or the default if there are none."""
    for key in path:
        if isinstance(cfg, Mapping | Config):
            if key not in cfg:
                return default
        elif not (isinstance(cfg, list | tuple) and isinstance(key, int) and key < len(cfg)):
            return default
        cfg = cfg[key]
    return cfg


def type_name(settings: Mapping[str, Any]) -> str:
    """Return the name of the class that settings build, without its scope or module."""
    kind = settings.get('type', '')
    name: str = kind if isinstance(kind, str) else kind.__name__
    return name.rsplit('.', 1)[-1]


def plain(settings: Any) -> Any:
    """Return settings as a config file writes them: plain containers, and classes by name.

    A new-style config holds classes (``type=BatchNorm2d``) where others hold registered names
    (``type='BN'``); both styles understand the names. MMEngine's ``_scope_`` is left out.
    """

    def named(value: Any) -> Any:
        if not isinstance(value, type):
            return value
        names = (name for name, found in MODELS.module_dict.items() if found is value)
        return next(names, f'{value.__module__}.{value.__name__}')  # which builds it, too

    return map_values(settings, named, without='_scope_')


def class_of(settings: Mapping[str, Any], scope: str) -> type:
    """Return the class that settings build; UserError if it is not registered.

    ``scope`` is the toolbox whose registry is asked first.
    """
    kind = settings.get('type')
    if isinstance(kind, type):
        return kind
    with MODELS.switch_scope_and_registry(scope) as registry:
        found = registry.get(kind)
    if found is None:
        raise UserError(f'type {kind!r} is not registered: is its package installed and imported?')
    return found


def model_kind(cfg: Config) -> str:
    """Return the kind of model that a config trains.

    Returns:
        ``SEGMENTER`` for MMSegmentation's, known by their decode head; ``CLASSIFIER`` for
        MMPretrain's and ``POSE_ESTIMATOR`` for MMPose's, whose types are called so; else
        ``DETECTOR``.
    """
    model = cfg.get('model') or {}
    if type_name(model).endswith('PoseEstimator'):
        return POSE_ESTIMATOR
    if type_name(model).endswith('Classifier'):
        return CLASSIFIER
    return SEGMENTER if model.get('decode_head') else DETECTOR


def detects_salient_objects(cfg: Config) -> bool:
    """Return whether a segmenter's config is scored by SaliencySizeMetric, on masks."""
    evaluators = [cfg.get(f'{split}_evaluator') for split in ('val', 'test')]
    return any(type_name(part) == 'SaliencySizeMetric' for part in walk(evaluators))


def data_settings(cfg: Config) -> list[str]:
    """Return the keys of a config that hold its model, data loaders and evaluators."""
    parts = ('dataloader', 'evaluator')
    keys = [f'{split}_{part}' for split in ('train', 'val', 'test') for part in parts]
    return ['model', *(key for key in keys if cfg.get(key) is not None)]


def leaf_datasets(dataset: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the datasets inside wrappers such as RepeatDataset and ConcatDataset."""
    return (leaf for _, leaf in leaf_dataset_paths(dataset))


def leaf_dataset_paths(
    dataset: Mapping[str, Any], path: Path = ()
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield the datasets inside wrappers, each with its path in the outermost one."""
    if 'datasets' in dataset:
        for i, part in enumerate(dataset['datasets']):
            yield from leaf_dataset_paths(part, (*path, 'datasets', i))
    elif 'dataset' in dataset:
        yield from leaf_dataset_paths(dataset['dataset'], (*path, 'dataset'))
    else:
        yield path, dataset


def replace_dataset(dataset: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset that reads the data of ``new``, with the settings that are ``KEPT``.

    Wrappers such as RepeatDataset stay, changed in place. A ConcatDataset becomes one dataset,
    since all its parts would be the same.
    """
    if 'datasets' in dataset:
        return replace_dataset(dataset['datasets'][0], new)
    if 'dataset' in dataset:
        dataset['dataset'] = replace_dataset(dataset['dataset'], new)
        return dataset
    return {**new, **{key: dataset[key] for key in KEPT if key in dataset}}


def make_palette(count: int) -> list[tuple[int, ...]]:
    """Return RGB colours (0 to 255) to draw classes in, hues far apart one after the other."""
    golden = 0.618034
    hues = [colorsys.hsv_to_rgb(i * golden % 1, 0.8, 0.95) for i in range(count)]
    return [tuple(round(255 * part) for part in colour) for colour in hues]
