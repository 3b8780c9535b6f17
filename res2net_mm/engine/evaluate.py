"""Evaluate a trained model of a config."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import MODELS

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.errors import UserError, argument
from res2net_mm.file_kinds import is_exported
from res2net_mm.openmmlab.config import ConfigErrors
from res2net_mm.openmmlab.edit import (
    CLASSIFIER,
    DETECTOR,
    POSE_ESTIMATOR,
    SEGMENTER,
    detects_salient_objects,
    model_kind,
)
from res2net_mm.openmmlab.pretrained import drop_pretrained
from res2net_mm.openmmlab.trained_model import classes_in

from .prepare import build_runner, prepare_config, prepare_data
from .processes.process_group import process_group
from .runs.data_loading import unreadable_image_is_one_error

# Kind of model -> what the metadata of its exported file calls its task.
TASKS = {DETECTOR: 'detection', SEGMENTER: 'segmentation', CLASSIFIER: 'classification'}


def evaluate(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    data: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    layout: str | None = None,
    work_dir: str | Path | None = None,
    show_dir: str | Path | None = None,
    out_dir: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> dict[str, float]:
    """Evaluate a checkpoint on the test split.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        checkpoint: The trained weights, or a file that ``res2net-mm export`` wrote.
        data: A folder in place of the config's data, as in training; its test split is used, or
            its val split where the test split has no labels. Images without any labels are
            predicted on and not scored: the detections or label maps go to ``predictions`` in the
            work directory. Its classes are found by name among
            the checkpoint's, some of which it may lack.
        classes: Names of the classes in the masks of ``data``, where the folder does not hold them.
        ignore_index: The label in the masks of ``data`` that is neither trained on nor counted.
        layout: The name of the layout to read ``data`` in; by default the best that fits.
        work_dir: Where the results go; default ``work_dirs/<config's name>``.
        show_dir: Where to save the images with predictions drawn on them; default nowhere.
        out_dir: Where to save the label maps that a segmenter predicts, as PNG files of 8 bits that
            ``evaluate_label_maps`` reads, or the saliency maps of a salient object detector;
            default nowhere.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        The metrics, by name.

    Raises:
        UserError: Something the user can mend.
    """
    cfg = prepare_config(
        config,
        needs=('model', 'test_dataloader'),
        work_dir=work_dir,
        cfg_options=cfg_options,
        launcher=launcher,
    )
    kind, exported = model_kind(cfg), is_exported(checkpoint)
    salient = detects_salient_objects(cfg)
    if out_dir is not None and kind != SEGMENTER:
        raise UserError(
            f'{argument("out_dir")} saves the label maps of a segmenter, and this is a {kind}'
        )
    known = classes_of(checkpoint)  # refused now, before the data is read
    messages = prepare_data(
        cfg,
        loaders=('test_dataloader',),
        data=data,
        classes=classes,
        ignore_index=ignore_index,
        layout=layout,
        known=known,
    )
    scored = cfg.get('test_evaluator') != []
    if kind == SEGMENTER and not scored and out_dir is None:
        maps = 'saliency_maps' if salient else 'label_maps'
        out_dir = Path(cfg.work_dir) / 'predictions' / maps
    drop_pretrained(cfg)
    cfg.load_from, cfg.resume = str(checkpoint), False
    if exported:
        cfg.load_from = None
        cfg.model = dict(type='res2net_mm.ExportedModel', file=str(checkpoint))
        cfg.pop('data_preprocessor', None)  # MMSegmentation's configs have it beside the model
    if show_dir is not None:
        _draw_into(cfg, kind, str(show_dir))
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        *([] if exported else [dict(type='res2net_mm.CheckedLoading', whole=True)]),
        dict(type='res2net_mm.PredictionSheetHook'),
    ]
    if out_dir is not None:
        hook = dict(type='res2net_mm.LabelMapHook', out_dir=str(out_dir), saliency=salient)
        cfg.custom_hooks.append(hook)
    with (
        ConfigErrors(cfg, 'cannot be tested') as config_errors,
        process_group(cfg),
        unreadable_image_is_one_error(),
    ):
        runner = build_runner(cfg, hooks=(config_errors,), messages=messages)
        if exported:
            _require_task(runner.model.exported.metadata['task'], checkpoint, kind)
        metrics = runner.test()
        if not scored:
            runner.logger.info('no ground truth, so no scores')
        return metrics


def classes_of(checkpoint: str | Path) -> tuple[str, ...] | None:
    """Return the classes that a model was trained on, None where its file does not tell.

    ``checkpoint`` holds weights, or is a file that ``res2net-mm export`` wrote.
    """
    if not is_exported(checkpoint):
        return classes_in(open_checkpoint(checkpoint)) or None
    model = MODELS.build(dict(type='res2net_mm.ExportedModel', file=str(checkpoint)))
    classes = model.exported.metadata.get('classes')
    return tuple(classes) if classes else None


def _draw_into(cfg: Config, kind: str, folder: str) -> None:
    """Have all images of the test set drawn, which each toolbox is told in its own way."""
    if kind == CLASSIFIER:  # MMPretrain would write images of one name over each other
        cfg.custom_hooks = [
            *cfg.get('custom_hooks', []),
            dict(type='res2net_mm.AnswerPictureHook', out_dir=folder),
        ]
        return
    where = {
        SEGMENTER: dict(draw=True, interval=1),
        POSE_ESTIMATOR: dict(enable=True, interval=1, out_dir=folder),
    }.get(kind, dict(draw=True, test_out_dir=folder))
    cfg.default_hooks.visualization.update(where)
    if kind == SEGMENTER:
        cfg.visualizer.save_dir = folder


def _require_task(task: str, file: str | Path, kind: str) -> None:
    """Refuse an exported detector under the config of a segmenter, and the like."""
    if task != TASKS.get(kind):
        raise UserError(
            f'{file} was exported for {task}, and the config describes a {kind}: give the config '
            'that it was exported from'
        )
