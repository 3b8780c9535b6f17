"""Evaluate a trained model of a config."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import Runner

from res2net_mm.checkpoints import make_mmengine_loading_safe
from res2net_mm.errors import UserError

from .config import load_config
from .datasets import require_datasets, use_data_root_variable, use_folder
from .pretrained import drop_pretrained


def evaluate(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    data: str | Path | None = None,
    work_dir: str | Path | None = None,
    show_dir: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> dict[str, float]:
    """Evaluate a checkpoint on the test split.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        checkpoint: The trained weights.
        data: A folder in COCO or VOC layout in place of the config's data; its test split is
            used, or its val split where no test split has labels.
        work_dir: Where the results go; default ``work_dirs/<config's name>``.
        show_dir: Where to save the images with predictions drawn on them; default nowhere.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        The metrics, by name.

    Raises:
        UserError: Something the user can mend.
    """
    make_mmengine_loading_safe()
    cfg = load_config(config, work_dir=work_dir, cfg_options=cfg_options, launcher=launcher)
    if '://' not in str(checkpoint) and not Path(checkpoint).is_file():
        raise UserError(f'checkpoint {checkpoint} does not exist')
    folder = None
    if data is not None:
        folder = use_folder(cfg, data)
    else:
        use_data_root_variable(cfg)
        require_datasets(cfg, loaders=('test_dataloader',))
    drop_pretrained(cfg)
    cfg.load_from, cfg.resume = str(checkpoint), False
    if show_dir is not None:
        cfg.default_hooks.visualization.update(draw=True, test_out_dir=str(show_dir))
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        dict(type='res2net_mm.CheckedLoading', whole=True),
        dict(type='res2net_mm.PredictionSheetHook'),
    ]
    runner = Runner.from_cfg(cfg)
    if folder:
        runner.logger.info(folder)
    return runner.test()
