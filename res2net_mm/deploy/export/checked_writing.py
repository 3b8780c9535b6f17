"""Write an exported file, and keep it only if it predicts what the model predicts."""

import copy
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from res2net_mm.errors import UserError, brief
from res2net_mm.whole_file import whole_file

from ..fuse import fuse
from .agreement import Agreement
from .files.exported import describe
from .files.formats import format_of, open_exported, require_packages
from .files.onnx_file import OPSET, write_onnx
from .files.openvino_file import write_openvino
from .files.torch_file import write_torch
from .models.exportable import refuse
from .models.make_exportable import make_exportable
from .operators import NAMED, PLAIN
from .program import Opening, record
from .reference import perturbed_references, reference


def export(
    model: nn.Module,
    path: str | Path,
    *,
    images: Sequence[np.ndarray],
    facts: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Export a backbone, a detector or a segmenter, fused, and check the file.

    Args:
        model: The model, in evaluation mode, on the CPU. It is not changed.
        path: The file: .onnx for ONNX Runtime, .xml for OpenVINO, .pt2 for torch. It is put in
            place once its predictions for all images agree with the model's.
        images: The images to check with, each (N, 3, H, W), float32: for detectors and segmenters
            pixels from 0 to 255 in the channel order that the data preprocessor takes, for
            backbones normalised. Several sizes and batch sizes check more.
        facts: Further metadata of the file, see :func:`describe`.
        say: Called with what was written and how it was checked.

    Returns:
        The files written.

    Raises:
        UserError: A part of the model cannot be exported, a package is missing, or the file
            predicts something else than the model.
    """
    path = Path(path)
    to = format_of(path)
    require_packages(to)
    if not path.parent.is_dir():
        raise UserError(f'{path} cannot be written: {path.parent} is not a folder')
    if not images:
        raise UserError('an export is checked on images and there is none')
    with ExitStack() as files:
        partial_path = files.enter_context(whole_file(path))
        if to == 'openvino':
            files.enter_context(whole_file(path.with_suffix('.bin')))
        say(f'recording and converting the model for {to}, a minute or two')
        agreement, metadata = _write_and_check(model, partial_path, images, facts or {})
        if not agreement.compared + agreement.unmatched:
            say('no box reaches the least score there: checked by a copy that returns any score')
            agreement = _check_with_all_scores(model, path.suffix, images)
            if not agreement.compared + agreement.unmatched:
                raise UserError(
                    'nothing was written: the model finds no box of any score, so there is none to '
                    'check the exported file by. Are its weights finite?'
                )
        opset = f', opset {OPSET}' if to == 'onnx' else ''
        say(
            f'{path}: {metadata["task"]} ({to}{opset}), open in {metadata["open_in"]}\n'
            f'checked: {agreement}'
        )
    return [path, path.with_suffix('.bin')] if to == 'openvino' else [path]


def _write_and_check(
    model: nn.Module, path: Path, images: Sequence[np.ndarray], facts: Mapping[str, Any]
) -> tuple[Agreement, dict[str, Any]]:
    metadata, opening = _write(model, path, images[0].shape[2:], facts)
    exported = open_exported(path)
    agreement = Agreement(metadata['task'])
    for image in opening.fitting(images):
        expected = reference(model, agreement.task, image)
        try:
            found = exported(image)
        except Exception as error:  # each engine raises exceptions of its own
            raise refuse('the model', f'its file fails as it runs: {brief(error)}') from error
        perturbed = cache(partial(perturbed_references, model, agreement.task, image))
        agreement.compare(expected, found, perturbed)
    return agreement, metadata


def _write(
    model: nn.Module, path: Path, size: Sequence[int], facts: Mapping[str, Any]
) -> tuple[dict[str, Any], Opening]:
    """Write the file without a check; return its metadata and which dimensions are open."""
    to = format_of(path)
    module = make_exportable(fuse(model), PLAIN if to == 'torch' else NAMED)
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
    """Check a detector that finds nothing by a copy of it that returns boxes of any score."""
    model = copy.deepcopy(model)
    for part in ('bbox_head', 'roi_head'):
        if getattr(model, part, None) is not None:
            getattr(model, part).test_cfg.score_thr = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'all_scores').with_suffix(suffix)
        agreement, _ = _write_and_check(model, path, images, {})
    return agreement
