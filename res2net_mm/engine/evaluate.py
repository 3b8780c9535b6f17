"""Evaluate a trained model of a config."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.data import is_segmenter
from res2net_mm.data.checks.config_datasets import check_config_data
from res2net_mm.data.datasets import use_folder
from res2net_mm.errors import UserError
from res2net_mm.file_kinds import is_exported
from res2net_mm.openmmlab.config import ConfigErrors, load_config, require_parts
from res2net_mm.openmmlab.data_root import require_datasets, use_data_root_variable
from res2net_mm.openmmlab.pretrained import drop_pretrained
from res2net_mm.openmmlab.values import check_values

from .processes import check_launcher, is_first_process, process_group


def evaluate(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    data: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
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
            its val split where no test split has labels.
        classes: For a segmenter, names of the classes in ``data`` where it does not tell them.
        ignore_index: Likewise, the label that is neither trained on nor counted.
        work_dir: Where the results go; default ``work_dirs/<config's name>``.
        show_dir: Where to save the images with predictions drawn on them; default nowhere.
        out_dir: Where to save the label maps that a segmenter predicts, as eval_by_size reads them;
            default nowhere.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        The metrics, by name.

    Raises:
        UserError: Something the user can mend.
    """
    cfg = load_config(config, work_dir=work_dir, cfg_options=cfg_options, launcher=launcher)
    check_launcher(launcher)
    require_parts(cfg, 'model', 'test_dataloader')
    check_values(cfg)
    messages, segments, exported = [], is_segmenter(cfg), is_exported(checkpoint)
    if out_dir is not None and not segments:
        raise UserError('--out saves the label maps of a segmenter, and this is a detector')
    if not exported:
        open_checkpoint(checkpoint)  # to say now, and not once the data is read, that it is none
    if data is None and (classes or ignore_index is not None):
        raise UserError('--classes and --ignore-index say what the masks of --data DIR mean')
    if data is not None:
        messages.append(use_folder(cfg, data, classes=classes, ignore_index=ignore_index))
    else:
        use_data_root_variable(cfg)
        loaders = ('test_dataloader',)
        require_datasets(cfg, loaders=loaders)
        if is_first_process():
            messages += [f.advice() for f in check_config_data(cfg, loaders=loaders)]
    drop_pretrained(cfg)
    cfg.load_from, cfg.resume = str(checkpoint), False
    if exported:
        cfg.load_from = None
        cfg.model = dict(type='res2net_mm.ExportedModel', file=str(checkpoint))
        cfg.pop('data_preprocessor', None)  # MMSegmentation's configs have it beside the model
    if show_dir is not None:
        _save_pictures(cfg, show_dir, segments=segments)
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        *([] if exported else [dict(type='res2net_mm.CheckedLoading', whole=True)]),
        dict(type='res2net_mm.PredictionSheetHook'),
    ]
    if out_dir is not None:
        cfg.custom_hooks.append(dict(type='res2net_mm.LabelMapHook', out_dir=str(out_dir)))
    with ConfigErrors(cfg, 'cannot be tested') as config_errors, process_group(cfg):
        runner = Runner.from_cfg(cfg)
        runner.register_hook(config_errors)
        for message in messages:
            runner.logger.info(message)
        return runner.test()


def _save_pictures(cfg: Config, folder: str | Path, *, segments: bool) -> None:
    """Have every picture drawn into a folder, which mmdet and mmseg are told differently."""
    if segments:
        cfg.default_hooks.visualization.update(draw=True, interval=1)
        cfg.visualizer.save_dir = str(folder)
    else:
        cfg.default_hooks.visualization.update(draw=True, test_out_dir=str(folder))
