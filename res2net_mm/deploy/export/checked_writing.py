"""Write an exported file, and keep it only if it predicts what the model predicts."""

import copy
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from res2net_mm.errors import UserError, brief
from res2net_mm.version import __version__
from res2net_mm.whole_file import whole_file

from ..fuse import fuse
from .agreement import Agreement, perturbed_references, reference
from .files import FORMATS, OPSET, files_of, format_of, open_exported, require_packages
from .models.exportable import refuse
from .models.make_exportable import make_exportable
from .program import record


def export(
    model: nn.Module,
    path: str | Path,
    *,
    images: Sequence[np.ndarray],
    facts: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Export a backbone, detector, segmenter or classifier, fused, and check the file.

    Args:
        model: The model, in evaluation mode, on the CPU. It is not changed.
        path: The file: .onnx for ONNX Runtime, .xml for OpenVINO, .pt2 for torch. It is put in
            place once its predictions for all images agree with the model's.
        images: The images to check with, each (N, 3, H, W), float32: for backbones normalised, else
            pixels from 0 to 255 in the channel order that the data preprocessor takes. Several
            sizes and batch sizes check more.
        facts: Further metadata of the file, such as ``model``, ``classes`` and ``resize``.
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
    with ExitStack() as stack:
        partial_path, *_ = [stack.enter_context(whole_file(file)) for file in files_of(path)]
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
    return files_of(path)


def _write_and_check(
    model: nn.Module, path: Path, images: Sequence[np.ndarray], facts: Mapping[str, Any]
) -> tuple[Agreement, dict[str, Any]]:
    """Write the file; return how its predictions agree with the model's, and its metadata."""
    to = format_of(path)
    module = make_exportable(fuse(model), FORMATS[to].operators)
    program, opening = record(module, *images[0].shape[2:])
    metadata = dict(
        facts,
        task=module.task,
        outputs=list(module.outputs),
        **module.describe_io(),
        open_in=opening.text,
        written_by=f'res2net_mm {__version__}, torch {torch.__version__}',
    )
    if to != 'torch':
        metadata['opset'] = OPSET
    FORMATS[to].write(program, path, metadata)
    exported = open_exported(path)
    agreement = Agreement(module.task)
    for image in opening.fitting(images):
        expected = reference(model, module.task, image)
        try:
            found = exported(image)
        except Exception as error:  # each engine raises exceptions of its own
            raise refuse('the model', f'its file fails as it runs: {brief(error)}') from error
        perturbed = cache(partial(perturbed_references, model, module.task, image))
        agreement.compare(expected, found, perturbed)
    return agreement, metadata


def _check_with_all_scores(
    model: nn.Module, suffix: str, images: Sequence[np.ndarray]
) -> Agreement:
    """Check a detector that finds nothing by a copy of it that returns boxes of any score."""
    model = copy.deepcopy(model)
    for part in ('bbox_head', 'roi_head'):
        if getattr(model, part, None) is not None:
            getattr(model, part).test_cfg.score_thr = 0.0
    with tempfile.TemporaryDirectory() as folder:
        return _write_and_check(model, Path(folder, 'all_scores' + suffix), images, {})[0]
