"""Settings of a config that a command line overrides (``--cfg-options``)."""

import argparse
from collections.abc import Mapping
from typing import Any

from mmengine.config import Config, DictAction

from .edit import KEPT, leaf_dataset_paths

# Settings that wrappers of datasets take as well as the datasets themselves.
OF_WRAPPERS_TOO = {'lazy_init', 'max_refetch'}


class OptionAction(DictAction):
    """MMEngine's argparse action for ``KEY=VALUE``, with an error in place of a traceback."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the settings in ``namespace``, or end the program with the parser's error."""
        for value in values:
            key, equals, _ = value.partition('=')
            if not equals or not all(
                part.isidentifier() or part.isdigit() for part in key.split('.')
            ):
                parser.error(
                    f'{option_string}: {value!r} is not KEY=VALUE, as train_cfg.max_epochs=3 is'
                )
        try:
            super().__call__(parser, namespace, values, option_string)
        except Exception as error:  # MMEngine's parser of values raises errors of any kind
            parser.error(f'{option_string} {" ".join(values)}: {error}')


def meant_places(cfg: Config, option: str) -> list[str]:
    """Return the keys that an option is meant for when it names a setting beside its dataset.

    A dataset may lie inside a wrapper (RepeatDataset, ConcatDataset). MMEngine would add a setting
    of the dataset to the wrapper, which does not know it.

    Args:
        cfg: The config, without the option.
        option: A dotted key, such as ``train_dataloader.dataset.pipeline.2.scale``.

    Returns:
        The dotted keys inside the wrapper; none if the option is where it belongs.
    """
    node: Any = cfg
    names = option.split('.')
    for i, name in enumerate(names):
        if isinstance(node, list | tuple) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, Mapping | Config) and name in node:
            node = node[name]
        else:
            above, rest = names[:i], names[i:]
            inner = leaf_dataset_paths(node) if _is_wrapper(node) else ()
            return [
                '.'.join([*above, *map(str, path), *rest])
                for path, dataset in inner
                if name in dataset or name in set(KEPT) - OF_WRAPPERS_TOO
            ]
    return []


def _is_wrapper(node: Any) -> bool:
    return (
        isinstance(node, Mapping) and 'type' in node and bool({'dataset', 'datasets'} & set(node))
    )
