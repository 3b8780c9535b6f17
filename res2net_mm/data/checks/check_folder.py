"""Checks a whole folder before anything is trained on it: labels, every pixel, classes, sizes."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from mmengine.config import Config

from res2net_mm.data.checks.census_picture import draw_boxes, draw_shares
from res2net_mm.data.checks.check_report import FolderCheck
from res2net_mm.data.checks.config_classes import check_classes
from res2net_mm.data.checks.decoded_images import (
    DecodedImage,
    Size,
    check_images,
    check_overlap,
    decode_all,
)
from res2net_mm.data.checks.size_census import count_sizes
from res2net_mm.data.detection.box_folder import count_boxes, describe_unknown
from res2net_mm.data.detection.read_boxes import LabelledFolder, read_boxes
from res2net_mm.data.segmentation.mask_folder import count_pixels, describe_unmasked
from res2net_mm.data.segmentation.read_masks import MaskedFolder, read_masks
from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Finding, first_few
from res2net_mm.formats.image_file import shown_size
from res2net_mm.formats.label_map_census import UNREADABLE_IMAGES
from res2net_mm.openmmlab.edit import is_segmenter
from res2net_mm.openmmlab.resize_rule import resize_rule


def check_folder(
    root: str | os.PathLike,
    picture: str | os.PathLike,
    *,
    cfg: Config | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    allow_empty: bool = False,
) -> FolderCheck:
    """Checks everything in a folder; the folder itself is never changed.

    Args:
        root: in COCO or VOC layout, or images with label masks.
        picture: PNG to write; where a folder has both boxes and masks, the latter's gets ``_masks``
            to its name.
        cfg: a loaded config to compare the classes with, and to take the resize from. Only what it
            trains on, boxes or masks, is then looked at.
        classes: what the labels in masks mean, where the folder does not tell it.
        ignore_index: the label in masks to leave out, likewise.
        allow_empty: whether images without boxes are meant, as background.

    Raises:
        UserError: there is no such folder, or it holds neither boxes nor masks.
    """
    root, picture = Path(root).expanduser().absolute(), Path(picture).absolute()
    if not root.is_dir():
        raise UserError(f'{root} is not a folder.')
    check, boxes, masks = FolderCheck(root), None, None
    if cfg is None or not is_segmenter(cfg):
        with _noting(check):
            boxes = read_boxes(root, check.findings.append)
    if cfg is None or is_segmenter(cfg):
        with _noting(check, minor=boxes is not None):
            given = dict(classes=classes, ignore_index=ignore_index)
            masks = read_masks(root, **given, on_fault=partial(_note_mask_fault, check))
    if boxes is None and masks is None and check.clean:
        raise UserError(
            (describe_unmasked if cfg and is_segmenter(cfg) else describe_unknown)(root)
        )
    decoded: dict[Path, DecodedImage] = {}
    if boxes is not None:
        _check_boxes(check, boxes, cfg, decoded, picture, allow_empty=allow_empty)
    if masks is not None:
        if boxes is not None:
            picture = picture.with_name(f'{picture.stem}_masks{picture.suffix}')
        _check_masks(check, masks, cfg, decoded, picture)
    return check


def _note_mask_fault(check: FolderCheck, fault: Finding) -> None:
    if fault.what != UNREADABLE_IMAGES:  # decoding comes, and will find these and more
        check.findings.append(fault)


@contextmanager
def _noting(check: FolderCheck, *, minor: bool = False) -> Iterator[None]:
    """Notes what can be read no further, as a problem or, where it is ``minor``, as a note."""
    try:
        yield
    except UserError as error:
        fix = '' if minor else 'mend this first: what comes after it could not be looked at'
        check.findings.append(Finding(check.root, str(error).rstrip('.'), 1, fix=fix))


def _check_boxes(
    check: FolderCheck,
    folder: LabelledFolder,
    cfg: Config | None,
    decoded: dict[Path, DecodedImage],
    picture: Path,
    *,
    allow_empty: bool,
) -> None:
    check.findings += folder.findings
    listed = {}
    for name, part in folder.parts.items():
        content = part.content
        listed[name] = {
            part.image_dir / image['file_name']: (image['height'], image['width'])
            for image in content['images']
        }
        labelled = {annotation['image_id'] for annotation in content['annotations']}
        empty = [i['file_name'] for i in content['images'] if i['id'] not in labelled]
        if empty:
            fix = 'label them, take them away, or say --allow-empty if they are meant as background'
            what = f'images of {name} without boxes'
            fix = '' if allow_empty else fix
            check.findings.append(Finding(part.file, what, len(empty), first_few(empty), fix))
    _check_images(check, {n: p.file for n, p in folder.parts.items()}, listed, decoded)
    train = folder.parts['train']
    if cfg is not None:
        check.findings += check_classes(cfg, folder.classes, train.file)
    census = count_sizes(train, folder.categories, cfg and resize_rule(cfg))
    check.tables += [
        replace(count_boxes(check.root, folder), findings=()).summary(),
        census.table(),
    ]
    check.pictures.append(draw_boxes(census, picture, f'{check.root}: boxes to train on'))


def _check_masks(
    check: FolderCheck,
    folder: MaskedFolder,
    cfg: Config | None,
    decoded: dict[Path, DecodedImage],
    picture: Path,
) -> None:
    check.findings += folder.findings
    listed = {
        name: {part.image(n): _mask_size(part.mask(n)) for n in part.names}
        for name, part in folder.parts.items()
    }
    _check_images(check, {n: p.source for n, p in folder.parts.items()}, listed, decoded)
    if cfg is not None:
        source = folder.parts['train'].mask_dir
        check.findings += check_classes(cfg, folder.labels.classes, source)
    counted = replace(count_pixels(check.root, folder), findings=())
    check.tables.append(counted.summary())
    pixels = {name: counted.splits[name].pixels for name in folder.parts}
    title = f'{check.root}: share of the classes'
    check.pictures.append(draw_shares(folder.labels.classes, pixels, picture, title))


def _mask_size(file: Path) -> Size | None:
    try:
        return shown_size(file)
    except UserError:  # found already
        return None


def _check_images(
    check: FolderCheck,
    sources: dict[str, Path],
    listed: dict[str, dict[Path, Size | None]],
    decoded: dict[Path, DecodedImage],
) -> None:
    """Decodes the images of all splits, and compares them with their labels and each other.

    Those decoded before, for their boxes, are not judged again for their masks.
    """
    new = {name: files.keys() - decoded.keys() for name, files in listed.items()}
    for name, files in listed.items():
        files = {file: size for file, size in files.items() if file in new[name]}
        decoded |= decode_all(files, f'images of {name}')
        check.findings += check_images(sources[name], files, decoded)
    for name in [name for name in listed if name != 'train']:
        check.findings += check_overlap(
            listed['train'], sorted(new[name]), decoded, source=sources[name], name=name
        )
