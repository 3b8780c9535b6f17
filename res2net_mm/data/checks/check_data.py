"""Checks a whole folder before anything is trained on it: labels, every pixel, classes, sizes."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from mmengine.config import Config

from res2net_mm.data.checks.best_anchors import see_boxes
from res2net_mm.data.checks.census_picture import draw_boxes, draw_shares
from res2net_mm.data.checks.config_classes import check_classes
from res2net_mm.data.checks.decoded_images import (
    DecodedImage,
    check_images,
    check_overlap,
    decode_all,
)
from res2net_mm.data.checks.image_look import image_loader
from res2net_mm.data.checks.size_census import MOST_ROWS, count_sizes
from res2net_mm.data.checks.size_plan import Advice, plan_sizes
from res2net_mm.data.classification.class_check import check_balance, check_twins, sizes_text
from res2net_mm.data.classification.class_folder import ClassificationFolder, read_classes
from res2net_mm.data.detection.box_folder import DetectionFolder, read_boxes
from res2net_mm.data.keypoints.keypoint_check import is_labelled
from res2net_mm.data.keypoints.keypoint_folder import KeypointFolder, read_keypoints
from res2net_mm.data.segmentation.mask_folder import SegmentationFolder, read_labels
from res2net_mm.data.use_folder import LABELS_OF
from res2net_mm.errors import UserError, argument
from res2net_mm.formats import (
    BOXES,
    IMAGE_CLASSES,
    KEYPOINTS,
    LABEL_MAPS,
    BoxImages,
    ClassifiedImages,
    Finding,
    Findings,
    LabelMapImages,
    Severity,
    describe,
    describe_unknown,
    existing_folder,
    find_reader,
)
from res2net_mm.formats.boxes.coco_keypoints import COCO_KEYPOINTS
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.lettering import Lettering
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.edit import detects_salient_objects, model_kind
from res2net_mm.openmmlab.pyramid import read_pyramid
from res2net_mm.openmmlab.resize_rule import resize_rule


@dataclass
class FolderCheck:
    """What a check has found; ``str()`` is its report.

    Attributes:
        root: The folder.
        tables: What it holds, as text.
        findings: Problems and notes.
        advice: What the sizes of the boxes say of a detector's config.
        pictures: PNG files written.
    """

    root: Path
    tables: list[str] = field(default_factory=list)
    findings: Findings = field(default_factory=lambda: Findings(stop=False))
    advice: list[Advice] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    decoded: dict[Path, DecodedImage] = field(default_factory=dict, repr=False)

    @property
    def problems(self) -> list[Finding]:
        """The findings that the owner of the data should act on."""
        return [finding for finding in self.findings if finding.severity > NOTE]

    @property
    def clean(self) -> bool:
        """Whether the folder has no problems."""
        return not self.problems

    def __str__(self) -> str:
        verdict = 'clean' if self.clean else f'not clean, problems: {len(self.problems)}'
        pictures = (f'picture: {path}' for path in self.pictures)
        said = [*self.tables, *describe(self.findings), *map(str, self.advice), *pictures]
        return '\n'.join([*said, f'{self.root}: {verdict}'])


def check_data(
    data: str | os.PathLike[str],
    *,
    config: str | Path | Config | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    layout: str | None = None,
    allow_empty: bool = False,
    picture: str | os.PathLike[str] | None = None,
) -> FolderCheck:
    """Read and decode everything in a folder, and find all that is wrong with it.

    The folder itself is never changed.

    Args:
        data: A folder of images with boxes, with label maps or with both, with keypoints, or with
            a class each.
        config: A config, or its file or name. Its classes are compared with the folder's, boxes
            are counted after its resize, their sizes advise on its input, levels and slices, and
            only what its model trains on is checked.
        classes: What the labels in label maps mean, where the folder does not tell it.
        ignore_index: The label in label maps that is neither trained on nor counted, likewise.
        layout: The name of the layout to read the folder in; labels of the other kind are then not
            checked. By default the best that fits.
        allow_empty: Whether images without boxes are meant, as background.
        picture: PNG to write, by default ``work_dirs/check_data/<name of the folder>.png``. Where
            a folder has both boxes and label maps, the picture of the latter gets ``_masks`` to
            its name.

    Raises:
        UserError: The folder or config cannot be used at all.
    """
    if not str(data):
        raise UserError("the folder '' has no name")
    root = existing_folder(data)
    cfg = load_config(config) if isinstance(config, str | Path) else config
    path = Path(picture or Path('work_dirs/check_data') / f'{root.name}.png').absolute()
    check, boxes, maps, people, classed = FolderCheck(root), None, None, None, None
    needed = None if cfg is None else LABELS_OF[model_kind(cfg)]
    if layout is not None:
        needed = find_reader(layout, needed).labels
    if needed in (None, BOXES):
        with _noting(check, PROBLEM):
            boxes = read_boxes(root, check.findings, layout=layout)
    if needed in (None, LABEL_MAPS):
        with _noting(check, PROBLEM if boxes is None else NOTE):
            maps = read_labels(
                root,
                check.findings,
                classes=classes,
                ignore_index=ignore_index,
                layout=layout,
                salient=cfg is not None and detects_salient_objects(cfg),
            )
    if needed == KEYPOINTS or (needed is None and boxes is None and COCO_KEYPOINTS.is_like(root)):
        with _noting(check, PROBLEM):
            people = read_keypoints(root, check.findings, layout=layout)
    read = (boxes, maps, people)
    if needed == IMAGE_CLASSES or (needed is None and read == (None, None, None)):
        # Nearly every folder has subfolders: they are classes only where nothing else is labelled.
        with _noting(check, PROBLEM):
            classed = read_classes(root, check.findings, layout=layout)
    if (*read, classed) == (None,) * 4 and check.clean:
        raise UserError(describe_unknown(root, needed))
    if boxes is not None:
        _check_boxes(check, boxes, cfg, path, allow_empty=allow_empty)
    if maps is not None:
        if boxes is not None:
            path = path.with_name(f'{path.stem}_masks{path.suffix}')
        _check_label_maps(check, maps, cfg, path)
    if people is not None:
        _check_people(check, people, cfg, path, allow_empty=allow_empty)
    if classed is not None:
        _check_classes(check, classed, cfg, path)
    return check


@contextmanager
def _noting(check: FolderCheck, severity: Severity) -> Iterator[None]:
    """Turn a UserError that ends the reading of a folder into a finding; the check continues."""
    try:
        yield
    except UserError as error:
        fix = 'mend this first: what comes after it could not be looked at'
        what = str(error).rstrip('.')
        if all(what != finding.name for finding in check.findings):  # of another reader
            check.findings.add(severity, check.root, what, fix=fix if severity else '', count=1)


def _check_boxes(
    check: FolderCheck,
    folder: DetectionFolder,
    cfg: Config | None,
    picture: Path,
    *,
    allow_empty: bool,
) -> None:
    _note_empty(check, folder, allow_empty=allow_empty)
    _check_images(check, {n: s.files for n, s in folder.own_splits.items()}, cfg)
    train = next(iter(folder.splits.values())).files  # or test, where nothing is trained on
    if cfg is not None:
        check_classes(cfg, folder.classes, train.file, check.findings)
    rule = cfg and resize_rule(cfg)
    census = count_sizes(train, rule)
    if cfg is not None and (pyramid := read_pyramid(cfg)) is not None:
        check.advice = plan_sizes(see_boxes(train, rule), pyramid, rule)
    check.tables += [replace(folder, findings=()).summary(), census.table()]
    _note_numbers(check, census.classes)
    check.pictures.append(draw_boxes(census, picture, f'{check.root}: boxes to train on'))


def _check_people(
    check: FolderCheck,
    folder: KeypointFolder,
    cfg: Config | None,
    picture: Path,
    *,
    allow_empty: bool,
) -> None:
    _note_empty(check, folder, allow_empty=allow_empty)
    _check_images(check, {n: s.files for n, s in folder.own_splits.items()}, cfg)
    # As a pose estimator enlarges each person to its input, the config has no say in the sizes.
    train = next(iter(folder.splits.values())).files
    labelled = list(filter(is_labelled, train.content['annotations']))
    counted = replace(train, content={**train.content, 'annotations': labelled})
    census = count_sizes(counted, None)
    check.tables += [replace(folder, findings=()).summary(), census.table()]
    _note_numbers(check, census.classes)
    check.pictures.append(draw_boxes(census, picture, f'{check.root}: people to train on'))


def _note_empty(check: FolderCheck, folder: DetectionFolder, *, allow_empty: bool) -> None:
    """Find images without boxes in splits that have some."""
    for name, split in folder.own_splits.items():
        part = split.files
        images = part.content['images']
        labelled = {annotation['image_id'] for annotation in part.content['annotations']}
        empty = [image['file_name'] for image in images if image['id'] not in labelled]
        if not split.boxes and not split.ignored:
            continue  # that none can be used is said
        what = f'images of {name} without {folder.counted}'
        given = argument('allow_empty', True)
        fix = f'label them, take them away, or say {given} if they are meant as background'
        severity = NOTE if allow_empty else PROBLEM
        check.findings.add(severity, part.file, what, empty, '' if allow_empty else fix)


def _check_label_maps(
    check: FolderCheck, folder: SegmentationFolder, cfg: Config | None, picture: Path
) -> None:
    _check_images(check, {n: s.files for n, s in folder.own_splits.items()}, cfg)
    if cfg is not None:
        source = next(iter(folder.splits.values())).files.map_dir
        check_classes(cfg, folder.labels.classes, source, check.findings)
    check.tables.append(replace(folder, findings=()).summary())
    pixels = {name: split.pixels for name, split in folder.own_splits.items()}
    title = f'{check.root}: share of the classes'
    _note_numbers(check, folder.labels.classes)
    what = 'pixels that count'
    check.pictures.append(draw_shares(folder.labels.classes, pixels, what, picture, title))


def _check_classes(
    check: FolderCheck, folder: ClassificationFolder, cfg: Config | None, picture: Path
) -> None:
    _check_images(check, {n: s.files for n, s in folder.own_splits.items()}, cfg)
    check_twins(folder, check.decoded, check.findings)
    check_balance(folder, check.findings)
    if cfg is not None:
        source = next(iter(folder.splits.values())).files.file
        check_classes(cfg, folder.classes, source, check.findings)
    check.tables += [
        '\n'.join([folder.found, *folder.table(MOST_ROWS)]),
        sizes_text(check.decoded.values()),
    ]
    counts = {
        name: np.array([split.counts[key] for key in folder.classes])
        for name, split in folder.own_splits.items()
    }
    _note_numbers(check, folder.classes)
    title = f'{check.root}: share of the classes'
    check.pictures.append(draw_shares(folder.classes, counts, 'images', picture, title))


def _note_numbers(check: FolderCheck, classes: Sequence[str]) -> None:
    letters = Lettering(classes)
    count = len(letters.unwritten) or None
    check.findings.add(NOTE, check.root, letters.said(), count=count)


def _check_images(
    check: FolderCheck,
    splits: Mapping[str, BoxImages | LabelMapImages | ClassifiedImages],
    cfg: Config | None,
) -> None:
    """Decode the images of all splits, and compare them with each other.

    Images that were decoded and checked for their boxes are not checked again for label maps.
    """
    load = image_loader(cfg)
    before = set(check.decoded)
    for name, part in splits.items():
        files = [file for file in part.image_files if file not in before]
        new = decode_all(files, load, f'images of {name}')
        check.decoded |= new
        check_images(part.file, new, check.findings)
    for name in [name for name in splits if name != 'train' and 'train' in splits]:
        check_overlap(
            splits['train'].image_files,
            [file for file in splits[name].image_files if file not in before],
            check.decoded,
            source=splits[name].file,
            name=name,
            findings=check.findings,
        )
