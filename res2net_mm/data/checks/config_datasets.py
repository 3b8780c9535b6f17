"""Checks the data that a config names, without decoding any image."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from res2net_mm.data.checks.config_classes import config_classes
from res2net_mm.data.checks.image_kinds import check_kinds
from res2net_mm.data.detection.split_check import clean_split, read_categories
from res2net_mm.errors import UserError, argument, brief
from res2net_mm.formats import BoxImages, Findings, first_few
from res2net_mm.formats.boxes.coco_content import is_coco
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import leads_out, missing_files, read_headers
from res2net_mm.formats.splits import APART
from res2net_mm.formats.text_file import has_mark, read_json, read_lines
from res2net_mm.openmmlab.edit import leaf_datasets, type_name
from res2net_mm.openmmlab.heads import class_counts

COCO = 'CocoDataset'
# Besides those that have a label map for each image.
BY_FILE = ('VOCDataset', 'XMLDataset', 'CustomDataset')


def check_config_data(cfg: Config, *, loaders: Sequence[str]) -> Findings:
    """Check the datasets of some loaders before a run begins.

    COCO annotation files are checked as ``recognise`` checks those of a folder. Of datasets in VOC
    layout, of folders of classes and of those with label maps, every file must exist. Datasets of
    other types, and those that are not on a disk, are not checked.

    Args:
        cfg: A config whose ``ann_file``s and folders exist.
        loaders: Keys of the data loaders, the one for training first.

    Returns:
        What the owner of the data should know.

    Raises:
        UserError: No training can begin with it.
    """
    findings = Findings()
    seen: dict[str, set[str]] = {}  # images by loader
    for loader in loaders:
        for dataset in leaf_datasets(cfg[loader]['dataset']) if cfg.get(loader) else ():
            if '://' in f'{dataset.get("data_root")} {dataset.get("ann_file")}':
                continue
            prefix = dataset.get('data_prefix')  # a string in MMPretrain
            has_label_maps = isinstance(prefix, Mapping) and prefix.get('seg_map_path')
            if type_name(dataset) not in (COCO, *BY_FILE) and not has_label_maps:
                continue
            classes = config_classes(cfg, dataset) or ()
            _check_heads(cfg, classes, loader)
            images: Sequence[Path]
            if type_name(dataset) == COCO:
                labelled = loader != 'test_dataloader'
                part = _check_coco(dataset, classes, findings, labelled=labelled)
                images, source = part.image_files, part.file
            else:
                images = _check_files(cfg, dataset, findings)
                source = Path(dataset.get('data_root') or '', dataset.get('ann_file') or '')
            check_kinds(images, source, findings, cfg=cfg)
            seen.setdefault(loader, set()).update(map(os.path.abspath, images))
    train = seen.get(loaders[0], set())
    for loader in [name for name in seen if name != loaders[0]]:
        if both := sorted(train & seen[loader]):
            what = f'images of {loaders[0]} and {loader}, so that the result will look too good'
            names = [os.path.basename(path) for path in both]
            findings.add(PROBLEM, Path(both[0]).parent, what, names, APART)
    return findings


def _check_heads(cfg: Config, classes: Sequence[str], loader: str) -> None:
    for path, count in class_counts(cfg.get('model') or {}).items():
        if path.endswith('.num_classes') and count < len(classes):
            raise UserError(
                f'{path}={count} of the config is too few for the {len(classes)} classes in '
                f'{loader} ({", ".join(first_few(classes))} ...): make both the same number.'
            )


def _check_coco(
    dataset: Mapping[str, Any], classes: Sequence[str], findings: Findings, *, labelled: bool
) -> BoxImages:
    root = dataset.get('data_root') or ''
    file = Path(root, dataset['ann_file'])
    image_dir = Path(root, (dataset.get('data_prefix') or {}).get('img') or '')
    content = read_json(file)
    if has_mark(file):
        what, fix = (
            'byte order mark at the beginning, which MMDetection cannot read',
            'save as UTF-8',
        )
        findings.add(ERROR, file, what, fix=f'{fix} without it', count=1)
    if not labelled and isinstance(content, dict):  # COCO's test sets have no annotations
        content.setdefault('annotations', [])
    if not is_coco(file, content):
        raise UserError(f'{file} is not a COCO annotation file: it has no list images.')
    split = BoxImages(file, image_dir, content)
    categories = read_categories(split, findings)
    names = {entry['name'] for entry in categories}
    lacking = [name for name in classes if name not in names]
    has = ', '.join(first_few(sorted(names)))
    what = f'classes of the config that are no category of the file, which has {has} ...'
    fix = (
        'write metainfo=dict(classes=...) as the file has them, or train with '
        f'{argument("data", "DIR")}'
    )
    severity = ERROR if len(lacking) == len(classes) else PROBLEM
    findings.add(severity, file, what, lacking, fix)
    return clean_split(split, categories, findings)


def _check_files(cfg: Config, dataset: Mapping[str, Any], findings: Findings) -> list[Path]:
    """Return the images of a dataset; all of them and their label maps must exist."""
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
    listed = {}
    for key in ('img_path', 'seg_map_path'):
        listed[key] = [info[key] for info in infos if info.get(key)]
        if missing := missing_files(Path(), listed[key]):
            what = f'files ({key}) that the {type_name(dataset)} lists and that are not there'
            fix = 'put them there, or take them out of the list'
            findings.add(ERROR, Path(missing[0]).parent, what, missing, fix)
    images = list(map(Path, listed['img_path']))
    check_headers(listing, dict.fromkeys(images), read_headers(images, 'images'), findings)
    return images
