"""Where in a config an option of the command line belongs."""

from collections.abc import Iterator, Mapping
from typing import Any

from mmengine.config import Config

from .edit import KEPT

# What wrappers of datasets take as well as the datasets themselves.
OF_WRAPPERS_TOO = {'lazy_init', 'max_refetch'}


def meant_places(cfg: Config, option: str) -> list[str]:
    """Return the keys that an option is meant for when it names a setting beside its dataset.

    A dataset may lie inside a wrapper (RepeatDataset, ConcatDataset). A setting of it that is given
    to the wrapper finds no key there, and MMEngine adds one that the wrapper does not know.

    Args:
        cfg: The config, without the option.
        option: A dotted key, such as ``train_dataloader.dataset.pipeline.2.scale``.

    Returns:
        The dotted keys inside the wrapper, or none if the option is where it belongs.
    """
    node: Any = cfg
    names = option.split('.')
    for i, name in enumerate(names):
        if isinstance(node, list | tuple) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, Mapping | Config) and name in node:
            node = node[name]
        else:
            above, rest = '.'.join(names[:i]), '.'.join(names[i:])
            return [
                f'{above}.{place}.{rest}'
                for place, dataset in _inner_datasets(node)
                if name in dataset or name in set(KEPT) - OF_WRAPPERS_TOO
            ]
    return []


def _inner_datasets(node: Any) -> Iterator[tuple[str, Mapping]]:
    """Yield the datasets inside a wrapper, each with its key in there."""
    if not isinstance(node, Mapping):
        return
    parts = {'dataset': node.get('dataset')}
    parts |= {f'datasets.{i}': part for i, part in enumerate(node.get('datasets') or ())}
    for key, part in parts.items():
        if not isinstance(part, Mapping) or 'type' not in part or 'type' not in node:
            continue
        deeper = list(_inner_datasets(part))
        yield from ((f'{key}.{place}', dataset) for place, dataset in deeper)
        if not deeper:
            yield key, part
