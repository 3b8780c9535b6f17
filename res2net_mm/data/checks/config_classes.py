"""Compares the classes of a folder with those of a config."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.errors import argument
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import PROBLEM
from res2net_mm.openmmlab.edit import DETECTOR, leaf_datasets, model_kind
from res2net_mm.openmmlab.heads import class_counts


def config_classes(cfg: Config, dataset: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the classes of a dataset of a config; None where neither it nor its type names them.

    Args:
        cfg: A loaded config.
        dataset: The settings of one of its datasets, without wrappers.
    """
    named = (dataset.get('metainfo') or {}).get('classes')
    if named is None:
        kind = dataset['type']
        if isinstance(kind, str):
            with DATASETS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
                kind = registry.get(kind)
        named = getattr(kind, 'METAINFO', {}).get('classes')
    if isinstance(named, str):  # one class, or the file that lists them
        file = Path(named)
        named = file.read_text(encoding='utf-8-sig').split() if file.is_file() else [named]
    return None if named is None else tuple(named)


def check_classes(cfg: Config, classes: Sequence[str], source: Path, findings: Findings) -> None:
    """Find which of a folder's classes do not fit a config.

    Args:
        cfg: A loaded config.
        classes: Classes of the folder, in the order of the labels.
        source: File that the classes come from, for the findings.
        findings: Receives the differences.
    """
    fix = (
        f'train with {argument("data", "DIR")}, which sets classes and heads, or write '
        'metainfo=dict(classes=...) of the datasets and num_classes of the heads into the config'
    )
    loader = cfg.get('train_dataloader') or {}
    dataset = next(leaf_datasets(loader.get('dataset') or {'type': None}))
    wanted = config_classes(cfg, dataset) if dataset['type'] else None
    if wanted is not None and model_kind(cfg) != DETECTOR:
        if set(wanted) == set(classes):
            shifted = [name for name, other in zip(classes, wanted, strict=True) if name != other]
            what = 'classes that have another label in the metainfo of the config'
            findings.add(PROBLEM, source, what, shifted, fix)
    elif wanted is not None:
        unknown = [name for name in classes if name not in wanted]
        what = 'classes that the metainfo of the config lacks, whose boxes MMDetection skips'
        findings.add(PROBLEM, source, what, unknown, fix)
        lacking = [name for name in wanted if name not in classes]
        what = 'classes in the metainfo of the config that the folder does not have'
        findings.add(PROBLEM, source, what, lacking, fix)
    heads = [
        f'{path}={count}'
        for path, count in class_counts(cfg.get('model') or {}).items()
        if count != len(classes)
    ]
    what = f'heads of the config made for another number of classes than the {len(classes)}'
    findings.add(PROBLEM, source, what, heads, fix)
