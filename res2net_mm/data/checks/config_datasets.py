"""Checks the data that a config names by itself, as far as that takes no look at any pixel."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.data.checks.config_classes import config_classes
from res2net_mm.data.detection.coco_check import clean, read_categories
from res2net_mm.errors import UserError, brief
from res2net_mm.formats.coco import LabelledImages, is_coco
from res2net_mm.formats.findings import Finding, first_few, stop_at
from res2net_mm.formats.image_file import leads_out, missing_files
from res2net_mm.formats.splits import APART
from res2net_mm.formats.text_file import read_json, read_lines
from res2net_mm.openmmlab.edit import leaf_datasets, type_name
from res2net_mm.openmmlab.heads import class_counts

COCO = 'CocoDataset'
BY_FILE = ('VOCDataset', 'XMLDataset')  # besides those that have a mask for each image


def check_config_data(cfg: Config, *, loaders: Sequence[str]) -> list[Finding]:
    """Checks the datasets of some loaders before a run begins.

    COCO annotation files are checked as ``recognise`` checks those of a folder. Of VOC's and of
    images with masks, every file has to be there. Datasets of other kinds, and such as lie
    elsewhere than on a disk, are left to themselves.

    Args:
        cfg: a config whose ``ann_file``s and folders exist.
        loaders: keys of data loaders, that of training first.

    Returns:
        What the owner of the data should know.

    Raises:
        UserError: no training can begin with it.
    """
    findings, seen = [], {}
    for loader in loaders:
        for dataset in leaf_datasets(cfg[loader]['dataset']) if cfg.get(loader) else ():
            if '://' in f'{dataset.get("data_root")} {dataset.get("ann_file")}':
                continue
            has_masks = (dataset.get('data_prefix') or {}).get('seg_map_path')
            if type_name(dataset) not in (COCO, *BY_FILE) and not has_masks:
                continue
            classes = config_classes(cfg, dataset)
            _check_heads(cfg, classes or (), loader)
            if type_name(dataset) == COCO:
                split, notes = _check_coco(dataset, classes, labelled=loader != 'test_dataloader')
                findings += notes
                images = {split.image_dir / i['file_name'] for i in split.content['images']}
            else:
                images = set(_check_files(cfg, dataset))
            seen.setdefault(loader, set()).update(map(os.path.abspath, images))
    train = seen.get(loaders[0], set())
    for loader in [name for name in seen if name != loaders[0]]:
        if both := sorted(train & seen[loader]):
            what = f'images of {loaders[0]} and {loader}, so that the result will look too good'
            source = Path(both[0]).parent
            names = first_few(os.path.basename(path) for path in both)
            findings.append(Finding(source, what, len(both), names, APART))
    return findings


def _check_heads(cfg: Config, classes: Sequence[str], loader: str) -> None:
    for path, count in class_counts(cfg.get('model') or {}).items():
        if path.endswith('.num_classes') and count < len(classes):
            raise UserError(
                f'{path}={count} of the config is too few for the {len(classes)} classes in '
                f'{loader} ({", ".join(first_few(classes))} ...): make both the same number.'
            )


def _check_coco(
    dataset: Mapping, classes: Sequence[str] | None, *, labelled: bool
) -> tuple[LabelledImages, list[Finding]]:
    root = dataset.get('data_root') or ''
    file = Path(root, dataset['ann_file'])
    image_dir = Path(root, (dataset.get('data_prefix') or {}).get('img') or '')
    content = read_json(file)
    if not labelled and isinstance(content, dict):  # COCO's test sets have no annotations
        content.setdefault('annotations', [])
    if not is_coco(file, content):
        raise UserError(f'{file} is not a COCO annotation file: it has no list images.')
    split = LabelledImages(file, image_dir, content)
    categories, findings = read_categories(split)
    names = {entry['name'] for entry in categories}
    lacking = [name for name in classes or () if name not in names]
    if lacking:
        has = ', '.join(first_few(sorted(names)))
        what = f'classes of the config that are no category of the file, which has {has} ...'
        fix = 'write metainfo=dict(classes=...) as the file has them, or train with --data DIR'
        fault = Finding(file, what, len(lacking), first_few(lacking), fix)
        if len(lacking) == len(classes):
            stop_at(fault)
        findings.append(fault)
    return split, findings + clean(split, categories, stop_at)[1]


def _check_files(cfg: Config, dataset: Mapping) -> Iterator[str]:
    """Yields the images of a dataset; all of them and of their masks have to be there."""
    listing = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
    lines = read_lines(listing) if listing.is_file() else ()
    if out := next(filter(leads_out, lines), None):
        raise UserError(f'{listing}: the image name {out!r} leads out of the folder.')
    whole = {**dataset, 'pipeline': [], 'test_mode': True, 'filter_cfg': None, 'lazy_init': False}
    try:
        with DATASETS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            built = registry.build(whole)
    except Exception as error:  # of MMEngine, of a toolbox, of a reader of XML
        reason = brief(error)
        if 'at least one array' in reason:  # MMEngine's, joining the entries of no image
            prefix, suffix = dataset.get('data_prefix'), dataset.get('img_suffix')
            reason = f'it lists no image (data_prefix={prefix}, img_suffix={suffix})'
        raise UserError(
            f'the {type_name(dataset) or "dataset"} of the config cannot be read: {reason}'
        ) from error
    infos = [built.get_data_info(i) for i in range(len(built))]
    for key in ('img_path', 'seg_map_path'):
        paths = [info[key] for info in infos if info.get(key)]
        if missing := missing_files(Path(), paths):
            what = f'files ({key}) that the {type_name(dataset)} lists and that are not there'
            fix = 'put them there, or take them out of the list'
            stop_at(Finding(Path(missing[0]).parent, what, len(missing), first_few(missing), fix))
        if key == 'img_path':
            yield from paths
