"""Points a config at a folder of data."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.errors import UserError, argument
from res2net_mm.formats import (
    BOXES,
    IMAGE_CLASSES,
    KEYPOINTS,
    LABEL_MAPS,
    Findings,
    describe,
    existing_folder,
)
from res2net_mm.openmmlab.edit import (
    CLASSIFIER,
    DETECTOR,
    POSE_ESTIMATOR,
    SEGMENTER,
    detects_salient_objects,
    model_kind,
)

from .checks.image_kinds import check_kinds
from .classification.class_folder import recognise_classes
from .classification.set_classes import set_classes
from .detection.box_folder import recognise
from .detection.set_dataset import set_dataset
from .keypoints.keypoint_folder import recognise_keypoints
from .keypoints.set_keypoints import set_keypoints
from .recognised import RecognisedFolder
from .segmentation.mask_folder import recognise_masks
from .segmentation.set_masks import set_masks
from .unlabelled import find_unlabelled, set_unlabelled

#: What the model of each kind trains on.
LABELS_OF = {
    DETECTOR: BOXES,
    SEGMENTER: LABEL_MAPS,
    CLASSIFIER: IMAGE_CLASSES,
    POSE_ESTIMATOR: KEYPOINTS,
}
#: What recognises such a folder, and what points a config at it.
RECOGNISERS: dict[str, tuple[Callable[..., Any], Callable[..., list[str]]]] = {
    DETECTOR: (recognise, set_dataset),
    SEGMENTER: (recognise_masks, set_masks),
    CLASSIFIER: (recognise_classes, set_classes),
    POSE_ESTIMATOR: (recognise_keypoints, set_keypoints),
}


def use_folder(
    cfg: Config,
    folder: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
) -> str:
    """Point every dataset, head and evaluator of a config at a folder.

    Args:
        cfg: The config of a detector, segmenter, classifier or pose estimator.
        folder: Images with the labels that the model trains on: see ``LABELS_OF``.
        classes: Names of the classes in label maps, if the folder does not name them.
        ignore_index: Label in label maps that is neither trained on nor counted, if the folder does
            not tell it.
        training: Whether to train on the folder. Otherwise its test split is used, or all of it; a
            folder without labels is predicted on and not scored, but by a pose estimator.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.
        known: Classes of the checkpoint to test. The folder's classes must be among them.

    Returns:
        What was found in the folder and what was changed in the config, to be printed.

    Raises:
        UserError: The folder cannot be used, or does not fit the config.
    """
    if not str(folder):
        raise UserError(f"{argument('data')} '' does not name a folder")
    out_dir = Path(cfg.work_dir) / 'data'
    kind = model_kind(cfg)
    labels = LABELS_OF[kind]
    described = classes or ignore_index is not None
    options: dict[str, Any] = dict(training=training, layout=layout)
    if kind != POSE_ESTIMATOR:  # whose keypoints are the same everywhere
        options |= dict(known=known)
    if kind == SEGMENTER:
        salient = detects_salient_objects(cfg)
        options |= dict(classes=classes, ignore_index=ignore_index, salient=salient)
    elif described:
        given = f'{argument("classes")} and {argument("ignore_index")}'
        raise UserError(f'{given} are for label maps: this is a {kind}')
    recognise_kind, point_config = RECOGNISERS[kind]
    try:
        recognised = recognise_kind(folder, out_dir, **options)
        told = [recognised.summary(), *_check_kinds(cfg, recognised)]
        return '\n'.join((*told, *point_config(cfg, recognised)))
    except UserError:
        has_labels = described or layout is not None
        findings = Findings()
        # A pose estimator looks for keypoints in labelled boxes.
        if training or has_labels or kind == POSE_ESTIMATOR or not Path(folder).is_dir():
            raise
        images = find_unlabelled(existing_folder(folder), findings, labels)
        if images is None:
            raise
    return set_unlabelled(cfg, images, known, findings, labels)


def _check_kinds(cfg: Config, folder: RecognisedFolder[Any]) -> list[str]:
    """Return what is said of images that training reads badly; raise if it cannot read them."""
    findings = Findings()
    for split in folder.own_splits.values():
        check_kinds(split.files.image_files, split.files.file, findings, cfg=cfg)
    return describe(findings)
