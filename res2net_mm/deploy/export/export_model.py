"""Export the model of a config, or a published backbone, into a file that an engine runs."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from torch import nn

from res2net_mm.backbones import build
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.confidence.thresholds import read_thresholds
from res2net_mm.file_kinds import EXPORTED_SUFFIXES
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.config_names import own_file
from res2net_mm.openmmlab.edit import CLASSIFIER, DETECTOR, model_kind
from res2net_mm.openmmlab.internals import swaps_channels
from res2net_mm.openmmlab.trained_model import find_test_dataset, image_pipeline, load_trained
from res2net_mm.presets import find

from .check_images import find_images, normalised, pixels, with_a_batch
from .checked_writing import export
from .exported_model import PREPARATION
from .files import FORMATS, require_packages
from .int8 import MAX_DROP, export_int8

PARTS = ('model', 'backbone')
IMAGES = 2  # that the file is checked on


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
    thresholds: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Export a trained model; the file is put in place once it agrees with PyTorch on real images.

    Args:
        config: A config file, a toolbox's name for one, or a preset for its backbone alone.
        checkpoint: The trained weights; of a preset anything that ``load_weights`` takes.
        to: The format: ``onnx``, ``openvino`` or ``torch``.
        out: The file; default the config's name with the format's suffix, in the current folder.
        part: ``model``, or ``backbone`` for the backbone of the config's model alone.
        without_masks: Whether to drop the mask branch of a detector and export its boxes alone.
        int8: Whether to quantise the model; the config's test set judges it before and after.
        calibration: Images or folders of images to calibrate with, see :func:`export_int8`.
        max_drop: Greatest loss of AP, mIoU or top-1, between 0 and 1, by quantising.
        images: Images or folders of images, of which the first are checked on; default the first
            of the config's test set, or photographs where that is missing.
        thresholds: ``ap_by_size.json`` of an evaluation of this model, whose score thresholds by
            size go into the metadata of the file; None for none.
        cfg_options: Settings of the config to override.
        say: Called with what was written and how it was checked.

    Returns:
        The files written.

    Raises:
        UserError: An argument or a part of the environment is wrong, or a part of the model cannot
            be exported.
    """
    for name, value, allowed in (('to', to, FORMATS), ('part', part, PARTS)):
        if value not in allowed:
            raise UserError(f'{argument(name, value)} must be one of {", ".join(allowed)}')
    name = Path(getattr(config, 'filename', None) or str(config)).stem
    suffix = EXPORTED_SUFFIXES[to]
    out = Path(out or name + suffix)
    if out.suffix != suffix:
        raise UserError(f'{argument("out", str(out))} must end in {suffix}, the suffix of {to}')
    is_preset = isinstance(config, str) and not (
        config.endswith('.py') or '::' in config or own_file(config)
    )
    preset = str(config) if is_preset else None
    if int8 and (to == 'torch' or preset or part == 'backbone'):
        raise UserError(
            f'{argument("int8", True)} is for whole models and the formats onnx and openvino'
        )
    best = None if thresholds is None else read_thresholds(thresholds)
    for needed in ('onnx', to) if int8 else (to,):
        require_packages(needed)
    cfg = None if preset else load_config(config, cfg_options=cfg_options)
    model, facts = _preset(preset, checkpoint) if preset else _trained(cfg, checkpoint, part)
    if best is not None:
        if part == 'backbone' or cfg is None or model_kind(cfg) != DETECTOR:
            raise UserError(f'{argument("thresholds", str(thresholds))} is for detectors')
        facts['thresholds'] = best
    if without_masks:
        head: Any = getattr(model, 'roi_head', None)
        if head is None or not head.with_mask:
            raise UserError(
                f'{argument("without_masks", True)} is for detectors with a mask branch: this '
                'model has none'
            )
        head.mask_head = None
    files = find_images(cfg, images, IMAGES)
    how = facts.get('normalise')
    read = [normalised(file, **how) if how else pixels(cfg, file) for file in files]
    say(f'to be checked on {", ".join(map(str, files))}')
    facts = dict(model=name, **facts)
    with tempfile.TemporaryDirectory() as folder:
        floating = Path(folder, 'float32.onnx') if int8 else out
        written = export(model, floating, images=with_a_batch(read), facts=facts, say=say)
        if int8:
            written = export_int8(
                floating, out, cfg=cfg, calibration=calibration, max_drop=max_drop, say=say
            )
    return written


def _preset(name: str, checkpoint: str | Path) -> tuple[nn.Module, dict[str, Any]]:
    """Return the backbone, and how its images are normalised."""
    preset = find(name)
    backbone = build(preset.name)
    load_weights(backbone, checkpoint)
    normalise = dict(mean=preset.mean, std=preset.std, to_rgb=preset.to_rgb)
    return backbone.eval(), dict(normalise=normalise)


def _trained(cfg: Config, checkpoint: str | Path, part: str) -> tuple[nn.Module, dict[str, Any]]:
    """Return the model or its backbone, and the facts for the metadata of its file."""
    model, classes = load_trained(cfg, checkpoint)
    if part == 'model':
        if model_kind(cfg) == CLASSIFIER:
            return model, dict(classes=classes, preparation=_preparation(cfg))
        return model, dict(classes=classes, resize=_resize(cfg))
    preprocessor: Any = model.data_preprocessor
    normalise = dict(
        mean=preprocessor.mean.flatten().tolist(),
        std=preprocessor.std.flatten().tolist(),
        to_rgb=swaps_channels(preprocessor),
    )
    return model.get_submodule('backbone'), dict(normalise=normalise)


def _resize(cfg: Config) -> dict[str, Any] | None:
    """Return how the test pipeline resizes: to ``scale`` (width, height), or to fit into it."""
    for step in find_test_dataset(cfg).pipeline:
        if step['type'].endswith('Resize') and step.get('scale'):
            return dict(scale=list(step['scale']), keep_ratio=bool(step.get('keep_ratio')))
    return None


def _preparation(cfg: Config) -> list[dict[str, Any]]:
    """Return the steps of a classifier's test pipeline between reading and packing an image.

    Raises:
        UserError: There is one that is not in ``PREPARATION``.
    """
    steps = [dict(step) for step in image_pipeline(cfg)[1:] if step['type'] != 'PackInputs']
    for step in steps:
        if step['type'] not in PREPARATION:
            raise UserError(
                f'the step {step["type"]} of the test pipeline cannot be told to who runs the '
                f'file; these can: {", ".join(PREPARATION)}'
            )
    return steps
