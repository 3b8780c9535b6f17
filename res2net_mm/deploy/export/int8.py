"""Quantise an exported file and say what it costs, by the evaluation of the config."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.engine.evaluate import evaluate
from res2net_mm.errors import UserError
from res2net_mm.tables import align

from .check_images import find_images, images_of, pixels
from .files.quantise import write_int8

CALIBRATION = 64  # images
MAX_DROP = 0.02  # of AP or mIoU, of 1


def export_int8(
    floating: Path,
    out: Path,
    *,
    cfg: Config,
    calibration: Sequence[str | Path] = (),
    max_drop: float = MAX_DROP,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Quantise a file, evaluate both, and put the one with integers in place if it is good enough.

    Args:
        floating: What ``export`` wrote for the model of the config, .onnx.
        out: The file to write, .onnx or .xml.
        cfg: The config, whose test set and evaluator judge both files.
        calibration: Images or folders of images for the ranges of activations; default some of the
            config's training set.
        max_drop: How much of AP or mIoU (of 1) the model may lose.
        say: Gets the metrics of both.

    Returns:
        The files written.

    Raises:
        UserError: The data are not there, or the model loses more.
    """
    if calibration:
        files = find_images(None, calibration, CALIBRATION)
    else:
        files = images_of(cfg, 'train_dataloader', CALIBRATION)
    say(f'calibrating on {len(files)} images')

    def judge(partial: Path) -> None:
        scores = [evaluate(cfg.copy(), file, work_dir=folder) for file in (floating, partial)]
        say('\n'.join(align(_table(*scores))))
        name, one = ('mIoU', 100) if 'mIoU' in scores[0] else (next(iter(scores[0])), 1)
        before, after = (score[name] / one for score in scores)  # mIoU is in %
        if before - after > max_drop:
            raise UserError(
                f'int8 takes {name} from {before:.3f} to {after:.3f}, more than {max_drop:g}; '
                'nothing was written: calibrate on other images (--calibration), or allow more '
                '(--max-drop)'
            )

    with tempfile.TemporaryDirectory() as folder:
        return write_int8(floating, out, images=(pixels(cfg, file) for file in files), judge=judge)


def _table(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    rows = [['', 'float32', 'int8', 'change']]
    for name, value in before.items():
        other = after[name]
        rows.append([name, f'{value:.3f}', f'{other:.3f}', f'{other - value:+.3f}'])
    return rows
