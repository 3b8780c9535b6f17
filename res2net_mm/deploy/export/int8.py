"""Quantise an exported file, and accept the result only if the config's evaluation does."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.engine.evaluate import evaluate
from res2net_mm.errors import UserError, argument
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file

from .check_images import find_images, images_of, pixels
from .files.formats import open_exported
from .files.openvino_file import write_openvino
from .files.quantise import quantise

CALIBRATION = 64  # images
MAX_DROP = 0.02  # of AP or mIoU, between 0 and 1


def export_int8(
    floating: Path,
    out: Path,
    *,
    cfg: Config,
    calibration: Sequence[str | Path] = (),
    max_drop: float = MAX_DROP,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Quantise a file, evaluate both, and keep the quantised one if it loses little.

    Args:
        floating: The exported file of the config's model, .onnx.
        out: The file to write, .onnx or .xml.
        cfg: The config, whose test set and evaluator judge both files.
        calibration: Images or folders of images that give the ranges of activations; default some
            of the config's training set.
        max_drop: Greatest loss of AP or mIoU, between 0 and 1.
        say: Called with the metrics of both.

    Returns:
        The files written.

    Raises:
        UserError: The data are missing, or the loss is greater.
    """
    if calibration:
        files = find_images(None, calibration, CALIBRATION, name='calibration')
    else:
        files = images_of(cfg, 'train_dataloader', CALIBRATION)
    say(f'calibrating on {len(files)} images')
    images = (pixels(cfg, file) for file in files)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        partial = stack.enter_context(whole_file(out))
        if out.suffix == '.onnx':
            quantise(floating, partial, images)
        else:
            stack.enter_context(whole_file(out.with_suffix('.bin')))
            quantise(floating, folder / 'int8.onnx', images)
            metadata = open_exported(folder / 'int8.onnx').metadata
            write_openvino(folder / 'int8.onnx', partial, metadata=metadata)
        before, after = (
            evaluate(cfg.copy(), file, work_dir=folder) for file in (floating, partial)
        )
        say('\n'.join(align(_table(before, after))))
        _require_small_drop(before, after, max_drop)
    return [out] if out.suffix == '.onnx' else [out, out.with_suffix('.bin')]


def _require_small_drop(
    before: Mapping[str, float], after: Mapping[str, float], max_drop: float
) -> None:
    """Raise UserError if mIoU, or else the first metric, drops by more than ``max_drop``."""
    name, one = ('mIoU', 100) if 'mIoU' in before else (next(iter(before)), 1)  # mIoU is in %
    if (before[name] - after[name]) / one > max_drop:
        raise UserError(
            f'int8 takes {name} from {before[name] / one:.3f} to {after[name] / one:.3f}, a drop '
            f'of more than {max_drop:g}; nothing was written: calibrate on other images '
            f'({argument("calibration")}), or allow more ({argument("max_drop")})'
        )


def _table(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[str]]:
    rows = [['', 'float32', 'int8', 'change']]
    for name, value in before.items():
        other = after[name]
        rows.append([name, f'{value:.3f}', f'{other:.3f}', f'{other - value:+.3f}'])
    return rows
