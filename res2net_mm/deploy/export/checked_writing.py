"""Export a model into a file that is put in place only if it says what the model says."""

import copy
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path

import numpy as np
from torch import nn

from res2net_mm.errors import UserError, brief
from res2net_mm.whole_file import whole_file

from ..fuse import fuse
from .agreement import Agreement
from .files.engines import SUFFIXES, open_exported
from .files.metadata import describe
from .files.onnx_file import OPSET, write_onnx
from .files.openvino_file import write_openvino
from .files.packages import require_packages
from .files.torch_file import write_torch
from .models.exportable import exportable
from .models.refusal import refuse
from .operators import NAMED, PLAIN
from .program import Opening, record
from .reference import reference

SHAKES = 4
SHAKE = 1e-4  # of a pixel


def export(
    model: nn.Module,
    path: str | Path,
    *,
    images: Sequence[np.ndarray],
    facts: Mapping | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Export a backbone, a detector or a segmenter, fused, and check it.

    Args:
        model: In eval mode, on the CPU. It stays as it is.
        path: The file, .onnx for ONNX Runtime, .xml for OpenVINO, .pt2 for torch. It is written
            whole, once it has been found to say what the model says of all images.
        images: What it is checked with, each (N, 3, H, W), float32: for detectors and segmenters
            pixels from 0 to 255 in the order of channels that the data preprocessor takes, for
            backbones normalised. Best of several sizes and batches.
        facts: What the file shall say of itself besides, see :func:`describe`.
        say: Gets what was written and how it was checked.

    Returns:
        The files written.

    Raises:
        UserError: A part of the model cannot be exported, a package is missing, or the file does
            not say what the model says.
    """
    path = Path(path)
    to = _format_of(path)
    require_packages(to)
    if not path.parent.is_dir():
        raise UserError(f'{path} cannot be written: {path.parent} is not a folder')
    if not images:
        raise UserError('an export is checked on images and there is none')
    with ExitStack() as files:
        partial = files.enter_context(whole_file(path))
        if to == 'openvino':
            files.enter_context(whole_file(path.with_suffix('.bin')))
        say(f'recording and converting the model for {to}, a minute or two')
        agreement, metadata = _write_and_check(model, partial, images, facts or {})
        if not agreement.compared + agreement.alone:
            say('no box reaches the least score there: checked by a copy that lets all scores out')
            agreement = _check_with_all_scores(model, path.suffix, images)
            if not agreement.compared + agreement.alone:
                raise UserError(
                    'nothing was written: the model finds no box of any score, so there is none to '
                    'check the exported file by. Are its weights finite?'
                )
        say(
            f'{path}: {metadata["task"]} ({to}'
            + (f', opset {OPSET}' if to == 'onnx' else '')
            + f'), open in {metadata["open_in"]}\nchecked: {agreement}'
        )
    return [path, path.with_suffix('.bin')] if to == 'openvino' else [path]


def _format_of(path: Path) -> str:
    for to, suffix in SUFFIXES.items():
        if path.suffix == suffix:
            return to
    raise UserError(f'{path} must end in one of {", ".join(SUFFIXES.values())}')


def _write_and_check(
    model: nn.Module, path: Path, images: Sequence[np.ndarray], facts: Mapping
) -> tuple[Agreement, dict]:
    metadata, opening = _write(model, path, images[0].shape[2:], facts)
    exported = open_exported(path)
    agreement = Agreement(metadata['task'])
    for image in opening.fitting(images):
        expected = reference(model, agreement.task, image)
        try:
            found = exported(image)
        except Exception as error:  # each engine has its own
            raise refuse('the model', f'its file fails as it runs: {brief(error)}') from error
        shaken = cache(partial(_reference_shaken, model, agreement.task, image))
        agreement.compare(expected, found, shaken)
    return agreement, metadata


def _reference_shaken(model: nn.Module, task: str, image: np.ndarray) -> list[list[dict]]:
    """Return what the model says of images a few times, off by what other kernels move features by.

    Those of Res2Net-50 with FPN: 6e-6 of their largest value, and 5e-6 when the network is fused.
    """
    random = np.random.default_rng(0)
    noises = (random.normal(scale=SHAKE, size=image.shape) for _ in range(SHAKES))
    return [reference(model, task, (image * (1 + noise)).astype(np.float32)) for noise in noises]


def _write(
    model: nn.Module, path: Path, size: Sequence[int], facts: Mapping
) -> tuple[dict, Opening]:
    """Write the file without a check, return its metadata and what is open in it."""
    to = _format_of(path)
    module = exportable(fuse(model), PLAIN if to == 'torch' else NAMED)
    program, opening = record(module, *size)
    metadata = describe(module, open_in=opening.text, facts=facts)
    if to == 'torch':
        write_torch(program, path, metadata=metadata)
        return metadata, opening
    metadata['opset'] = OPSET
    if to == 'onnx':
        write_onnx(program, path, outputs=module.outputs, metadata=metadata)
        return metadata, opening
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder, 'model.onnx')
        write_onnx(program, between, outputs=module.outputs, metadata=metadata)
        write_openvino(between, path, metadata=metadata)
    return metadata, opening


def _check_with_all_scores(
    model: nn.Module, suffix: str, images: Sequence[np.ndarray]
) -> Agreement:
    """Check a detector that finds nothing by a copy of it that lets out boxes of any score."""
    model = copy.deepcopy(model)
    for part in ('bbox_head', 'roi_head'):
        if getattr(model, part, None) is not None:
            getattr(model, part).test_cfg.score_thr = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'all_scores').with_suffix(suffix)
        agreement, _ = _write_and_check(model, path, images, {})
    return agreement
