"""Export the model of a config, or a published backbone, into a file that an engine runs."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from torch import nn

from res2net_mm.backbones import build
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.trained_model import find_test_dataset, load_trained
from res2net_mm.presets import find

from .check_images import find_images, normalised, pixels, with_a_batch
from .checked_writing import export
from .files.engines import SUFFIXES
from .files.packages import require_packages
from .int8 import MAX_DROP, export_int8
from .models.pixels import swaps_channels

PARTS = ('model', 'backbone')
IMAGES = 2  # to check on


def export_model(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    to: str = 'onnx',
    out: str | Path | None = None,
    part: str = 'model',
    without_masks: bool = False,
    int8: bool = False,
    calibration: Sequence[str | Path] = (),
    max_drop: float = MAX_DROP,
    images: Sequence[str | Path] = (),
    cfg_options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Export a trained model, checked against PyTorch on real images before it is put in place.

    Args:
        config: A config file, a toolbox's name for one, or a preset for its backbone alone.
        checkpoint: The trained weights; of a preset anything that ``load_weights`` takes.
        to: onnx, openvino or torch.
        out: The file; default the config's name with the suffix of the format, here.
        part: model, or backbone for the backbone of the config's model alone.
        without_masks: Whether the mask branch of a detector is left out, its boxes alone exported.
        int8: Whether to quantise it; the test set of the config judges it before and after.
        calibration: Images for the ranges of activations, see ``export_int8``.
        max_drop: How much of AP or mIoU (of 1) it may lose by that.
        images: Images or folders of images to check it on, the first of them; default the first of
            the config's test set, or photographs where that is not there.
        cfg_options: Settings of the config to override.
        say: Gets what was written and how it was checked.

    Returns:
        The files written.

    Raises:
        UserError: Something the user can mend, or a part of the model that cannot be exported.
    """
    if to not in SUFFIXES:
        raise UserError(f'--to {to} must be one of {", ".join(SUFFIXES)}')
    if part not in PARTS:
        raise UserError(f'--part {part} must be one of {", ".join(PARTS)}')
    name = Path(getattr(config, 'filename', None) or str(config)).stem
    out = Path(out or name + SUFFIXES[to])
    if out.suffix != SUFFIXES[to]:
        raise UserError(f'--out {out} must end in {SUFFIXES[to]}, as {to} has it')
    backbone_alone = part == 'backbone' or _is_preset(config)
    if int8 and (to == 'torch' or backbone_alone):
        raise UserError('--int8 is for whole models, --to onnx or openvino')
    require_packages('onnx' if int8 else to)
    require_packages(to)
    cfg = None if _is_preset(config) else load_config(config, cfg_options=cfg_options)
    if cfg is None:
        model, facts = _preset(str(config), checkpoint)
    else:
        model, facts = _trained(cfg, checkpoint, part)
    if without_masks:
        _leave_out_masks(model)
    files = find_images(cfg, images, IMAGES)
    if backbone_alone:
        read = [normalised(file, **facts['normalise']) for file in files]
    else:
        read = [pixels(cfg, file) for file in files]
    say(f'to be checked on {", ".join(map(str, files))}')
    checked = dict(images=with_a_batch(read), facts=dict(model=name, **facts), say=say)
    if not int8:
        return export(model, out, **checked)
    with tempfile.TemporaryDirectory() as folder:
        floating = Path(folder, 'float32.onnx')
        export(model, floating, **checked)
        return export_int8(
            floating, out, cfg=cfg, calibration=calibration, max_drop=max_drop, say=say
        )


def _preset(name: str, checkpoint: str | Path) -> tuple[nn.Module, dict]:
    """Return the backbone, and how its images are normalised."""
    preset = find(name)
    backbone = build(preset.name)
    load_weights(backbone, checkpoint)
    normalise = dict(mean=preset.mean, std=preset.std, to_rgb=preset.to_rgb)
    return backbone.eval(), dict(normalise=normalise)


def _trained(cfg: Config, checkpoint: str | Path, part: str) -> tuple[nn.Module, dict]:
    """Return the model or its backbone, and what its file shall say of it."""
    model, classes = load_trained(cfg, checkpoint)
    if part == 'model':
        return model, dict(classes=classes, resize=_resize(cfg))
    preprocessor = model.data_preprocessor
    normalise = dict(
        mean=preprocessor.mean.flatten().tolist(),
        std=preprocessor.std.flatten().tolist(),
        to_rgb=swaps_channels(preprocessor),
    )
    return model.backbone, dict(normalise=normalise)


def _leave_out_masks(model: nn.Module) -> None:
    head = getattr(model, 'roi_head', None)
    if head is None or not head.with_mask:
        raise UserError('--without-masks is for detectors with a mask branch, and this has none')
    head.mask_head = None


def _is_preset(config: str | Path | Config) -> bool:
    """Say whether it is no file and no toolbox's name for one."""
    return isinstance(config, str) and not config.endswith('.py') and '::' not in config


def _resize(cfg: Config) -> dict | None:
    """Return how the test pipeline resizes: to ``scale`` (width, height), or within it."""
    for step in find_test_dataset(cfg).pipeline:
        if step['type'].endswith('Resize') and step.get('scale'):
            return dict(scale=list(step['scale']), keep_ratio=bool(step.get('keep_ratio')))
    return None
