"""Write a program of torch.export as an ONNX file."""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from torch.export import ExportedProgram

from res2net_mm.errors import brief

from ..models.refusal import refuse
from .metadata import KEY

SCOPES = 'pkg.torch.onnx.name_scopes'  # where it says which module a node is of
OPSET = 20  # GridSample and Gelu are plain operators from here on


def write_onnx(
    program: ExportedProgram, path: Path, *, outputs: Sequence[str], metadata: Mapping
) -> None:
    """Write the file, weights inside.

    Args:
        program: Of one input.
        path: Where to.
        outputs: Names of its outputs.
        metadata: What the file shall say of itself, under ``KEY``.

    Raises:
        UserError: The program has an operator that ONNX has not.
    """
    from ..operators.onnx_operators import translations

    with _quiet():
        try:
            made = torch.onnx.export(
                program,
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=['image'],
                output_names=list(outputs),
                custom_translation_table=translations(),
            )
        except torch.onnx.errors.OnnxExporterError as error:
            why = brief(error.__cause__ or error)
            raise refuse('the model', f'torch.onnx cannot write it: {why}') from error
        for node in made.model.graph.all_nodes():  # lines of the source are nobody's business
            for key in set(node.metadata_props) - {SCOPES}:
                del node.metadata_props[key]
        made.model.metadata_props[KEY] = json.dumps(metadata)
        made.save(path, external_data=False)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what torch.onnx says of torchvision, which nothing here needs, and of itself."""
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(level)
