"""Build the model of a config with the weights of a checkpoint, to run it on single images."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config, ConfigDict
from mmengine.dataset import Compose
from mmengine.registry import DATASETS, MODELS, init_default_scope
from torch import Tensor, nn

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.errors import UserError, argument, brief

from .checks import require_parts
from .classifier_weights import in_names_of_model
from .config import ConfigErrors
from .pretrained import drop_pretrained


def load_trained(cfg: Config, checkpoint: str | Path) -> tuple[nn.Module, tuple[str, ...]]:
    """Return the model of a config, on the CPU and in evaluation mode, and its classes' names.

    The checkpoint is read as data only. Its names of classes count; without any, those of the
    config's test set.

    Raises:
        UserError: The checkpoint cannot be read or does not fit the model, or no names are known.
    """
    require_parts(cfg, 'model', 'test_dataloader')
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    drop_pretrained(cfg)
    if cfg.get('data_preprocessor') is not None:  # MMPretrain has it beside the model
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    content = open_checkpoint(checkpoint)
    with ConfigErrors(cfg, 'builds no model'):
        model: nn.Module = MODELS.build(cfg.model)
    content = dict(in_names_of_model(model, content, str(checkpoint)))
    state = content.get('state_dict', content)
    require_same_model(model, state, checkpoint)
    if all(key.startswith('module.') for key in state):
        state = {key.removeprefix('module.'): tensor for key, tensor in state.items()}
    model.load_state_dict(state, strict=False)
    model.eval()
    classes = classes_in(content) or _classes_of(cfg)
    if not classes:
        raise UserError(f'neither {checkpoint} nor the config tells the names of the classes')
    return model, tuple(classes)


def classes_in(checkpoint: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the classes that a checkpoint was trained on; none if it holds none."""
    meta = (checkpoint.get('meta') or {}).get('dataset_meta') or {}
    return tuple(meta.get('classes') or meta.get('CLASSES') or ())


def require_same_model(
    model: nn.Module, state_dict: Mapping[str, Tensor], source: str | Path | None
) -> None:
    """Raise UserError if a checkpoint lacks tensors of a model or has them in another shape."""
    if differences := tensor_differences(model, state_dict):
        text = '; '.join(differences[:4]) + (' ...' if len(differences) > 4 else '')
        raise UserError(
            f'{source} is of another model than the config: {len(differences)} tensors differ '
            f'({text}); use the config it was trained with'
        )


def tensor_differences(model: nn.Module, state_dict: Mapping[str, Tensor]) -> list[str]:
    """Return which of a model's tensors a checkpoint lacks or has in another shape.

    A backbone of this package is left out, since it checks its own tensors.
    """
    checks_itself = hasattr(getattr(model, 'backbone', None), 'block_rule_given')
    keys = {key.removeprefix('module.'): tensor for key, tensor in state_dict.items()}
    differences = []
    for key, tensor in model.state_dict().items():
        of_backbone = checks_itself and key.startswith('backbone.')
        if of_backbone or key.endswith('num_batches_tracked'):
            continue
        if key not in keys:
            differences.append(f'{key} is missing')
        elif keys[key].shape != tensor.shape:
            differences.append(f'{key} is {tuple(keys[key].shape)}, not {tuple(tensor.shape)}')
    return differences


def find_test_dataset(cfg: Config) -> ConfigDict:
    """Return the settings of the test set, of the first of several; UserError without any."""
    dataset = cfg.get('test_dataloader', {}).get('dataset')
    while dataset is not None and 'pipeline' not in dataset:
        dataset = dataset.get('dataset') or (dataset.get('datasets') or [None])[0]
    if dataset is None:
        raise UserError('the config has no test_dataloader with a pipeline')
    return dataset


def choose_device(name: str | None) -> torch.device:
    """Return the device of a name, by default the GPU if there is one; UserError if unknown."""
    try:
        return torch.device(name or ('cuda' if torch.cuda.is_available() else 'cpu'))
    except RuntimeError as error:
        raise UserError(f'{argument("device", name)} is unknown: {brief(error)}') from error


def read_image(cfg: Config, image: str | Path) -> dict[str, Any]:
    """Read an image as the test set does: ``inputs``, (3, H, W) unnormalised, ``data_samples``."""
    steps = pipeline_without_labels(find_test_dataset(cfg))
    return Compose(steps)(dict(img_path=str(image), img_id=0))


def image_pipeline(cfg: Config) -> list[dict[str, Any]]:
    """Return the steps by which the test set prepares an image file, without those for labels.

    Raises:
        UserError: The images of the test set are no files.
    """
    steps = pipeline_without_labels(find_test_dataset(cfg))
    if not steps or not steps[0]['type'].endswith('LoadImageFromFile'):
        raise UserError(
            'the test pipeline must begin with LoadImageFromFile, '
            f'got {steps[0]["type"] if steps else "no step"}'
        )
    return steps


def pipeline_without_labels(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of a data set's pipeline except those that load labels."""

    def loads_labels(kind: str) -> bool:
        name = kind.split('.')[-1]
        return name.startswith('Load') and name.endswith('Annotations')

    return [step for step in dataset['pipeline'] if not loads_labels(step['type'])]


def _classes_of(cfg: Config) -> tuple[str, ...] | None:
    dataset = find_test_dataset(cfg)
    named = (dataset.get('metainfo') or {}).get('classes')
    with DATASETS.switch_scope_and_registry(None) as registry:  # the default scope's own
        return named or getattr(registry.get(dataset.type), 'METAINFO', {}).get('classes')


def saved_config(checkpoint: str | Path) -> Config | None:
    """Return the config that MMEngine saved with a checkpoint, None where it holds none.

    It is read as data: nothing in a checkpoint is run. A config of more than plain settings is a
    UserError.
    """
    meta = open_checkpoint(checkpoint).get('meta') or {}
    text = meta.get('cfg') or meta.get('config')
    if not isinstance(text, str):
        return None
    try:
        return Config(read_settings(text))
    except (SyntaxError, ValueError) as error:
        raise UserError(
            f'the config in checkpoint {checkpoint} cannot be read as plain settings ({error}): '
            'name the config that it was trained with'
        ) from error


def read_settings(text: str) -> dict[str, Any]:
    """Read the text of a resolved config as data: assignments of plain values, nothing is run.

    Raises:
        SyntaxError: It is not Python.
        ValueError: It holds anything else than assignments of literals and ``dict(...)``.
    """
    settings = {}
    for statement in ast.parse(text).body:
        if not (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(target := statement.targets[0], ast.Name)
        ):
            raise ValueError(f'line {statement.lineno} is not an assignment to a name')
        settings[target.id] = _value(statement.value)
    return settings


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'dict' and not node.args:
        if unnamed := [keyword for keyword in node.keywords if keyword.arg is None]:
            raise ValueError(f'line {node.lineno} holds **{ast.unparse(unnamed[0].value)}')
        return {str(keyword.arg): _value(keyword.value) for keyword in node.keywords}
    if isinstance(node, ast.Dict) and None not in node.keys:
        keys = [_value(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_value, node.values), strict=True))
    if isinstance(node, ast.List):
        return [_value(entry) for entry in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(entry) for entry in node.elts)
    if isinstance(node, ast.Set):
        return {_value(entry) for entry in node.elts}
    if isinstance(node, ast.Name) and node.id in ('inf', 'nan'):
        return float(node.id)
    try:
        return ast.literal_eval(node)
    except ValueError as error:
        raise ValueError(f'line {node.lineno} holds {ast.unparse(node)!r:.80}') from error
