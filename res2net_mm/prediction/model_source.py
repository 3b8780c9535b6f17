"""Where a trained model comes from: a checkpoint, a work directory or an exported file."""

from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from res2net_mm.engine.resume import latest_whole_checkpoint
from res2net_mm.errors import UserError
from res2net_mm.file_kinds import is_exported
from res2net_mm.openmmlab.trained_model import saved_config


@dataclass(frozen=True)
class Source:
    """The files of a model: weights and config, or an exported file without config."""

    checkpoint: Path
    config: str | Path | Config | None


def find_source(checkpoint: str | Path, config: str | Path | Config | None = None) -> Source:
    """Find the weights and the config of a trained model.

    Args:
        checkpoint: A checkpoint, a work directory (its best checkpoint, else its last) or an
            exported file.
        config: The config; None for the one that the work directory or the checkpoint holds.

    Raises:
        UserError: A file does not exist, or no config is known.
    """
    path = Path(checkpoint)
    folder = path if path.is_dir() else path.parent
    if path.is_dir():
        path = _checkpoint_in(path)
    if is_exported(path):
        return Source(path, None)
    if config is None:
        config = saved_config(path)
    if config is None:
        beside = sorted(folder.glob('*.py'))
        if len(beside) != 1:
            raise UserError(
                f'checkpoint {path} holds no config, and {len(beside)} configs lie beside it: name '
                'the config that it was trained with'
            )
        config = beside[0]
    return Source(path, config)


def _checkpoint_in(folder: Path) -> Path:
    best = sorted(folder.glob('best_*.pth'), key=lambda file: file.stat().st_mtime)
    if best:
        return best[-1]
    latest = latest_whole_checkpoint(folder)
    if latest is None:
        raise UserError(f'folder {folder} holds no whole checkpoint (*.pth) of a run')
    return latest.path
