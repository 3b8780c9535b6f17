"""Compares the classes of a folder with those of a config."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.openmmlab.edit import is_segmenter, leaf_datasets
from res2net_mm.openmmlab.heads import class_counts

SET_CLASSES = (
    'train with --data DIR, which sets classes and heads, or write metainfo=dict(classes=...) of '
    'the datasets and num_classes of the heads into the config'
)


def config_classes(cfg: Config, dataset) -> tuple[str, ...] | None:
    """The classes a dataset of a config has; None where neither it nor its type names them."""
    named = (dataset.get('metainfo') or {}).get('classes')
    if named is None:
        kind = dataset['type']
        if isinstance(kind, str):
            with DATASETS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
                kind = registry.get(kind)
        named = getattr(kind, 'METAINFO', {}).get('classes')
    if isinstance(named, str):  # one class, or the file that lists them
        file = Path(named)
        named = file.read_text().split() if file.is_file() else [named]
    return None if named is None else tuple(named)


def check_classes(cfg: Config, classes: Sequence[str], source: Path) -> list[Finding]:
    """What of a folder's classes does not fit a config.

    Args:
        cfg: a loaded config.
        classes: of the folder, in the order of the labels.
        source: the file they are from.
    """
    findings = []

    def add(what: str, names: Sequence[str]) -> None:
        if names:
            findings.append(Finding(source, what, len(names), first_few(names), SET_CLASSES))

    loader = cfg.get('train_dataloader') or {}
    dataset = next(leaf_datasets(loader.get('dataset') or {'type': None}))
    wanted = config_classes(cfg, dataset) if dataset['type'] else None
    if wanted is not None and is_segmenter(cfg):
        if set(wanted) == set(classes):
            shifted = [name for name, other in zip(classes, wanted, strict=True) if name != other]
            add('classes that have another label in the metainfo of the config', shifted)
    elif wanted is not None:
        unknown = [name for name in classes if name not in wanted]
        add('classes that the metainfo of the config lacks, whose boxes MMDetection skips', unknown)
        lacking = [name for name in wanted if name not in classes]
        add('classes in the metainfo of the config that the folder does not have', lacking)
    heads = [
        f'{path}={count}'
        for path, count in class_counts(cfg.get('model') or {}).items()
        if count != len(classes)
    ]
    add(f'heads of the config made for another number of classes than the {len(classes)}', heads)
    return findings
