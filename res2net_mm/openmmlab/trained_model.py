"""Build the model of a config with the weights of a checkpoint, to run on single images."""

from collections.abc import Mapping
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmengine.registry import DATASETS, MODELS, init_default_scope
from torch import nn

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.errors import UserError

from .config import require_parts
from .config_errors import ConfigErrors
from .pretrained import drop_pretrained


def load_trained(cfg: Config, checkpoint: str | Path) -> tuple[nn.Module, tuple[str, ...]]:
    """Return the model in evaluation mode, on the CPU, and the names of its classes.

    The checkpoint is read as data only. The names are the checkpoint's, else those of the config's
    test set.

    Raises:
        UserError: The checkpoint cannot be read or is of another model, or no names are known.
    """
    require_parts(cfg, 'model', 'test_dataloader')
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    drop_pretrained(cfg)
    content = open_checkpoint(checkpoint)
    with ConfigErrors(cfg, 'builds no model'):
        model = MODELS.build(cfg.model)
    state = content.get('state_dict', content)
    differences = tensor_differences(model, state)
    if differences:
        raise UserError(
            f'{checkpoint} is of another model than the config: {len(differences)} tensors differ '
            f'({"; ".join(differences[:4])}); use the config it was trained with'
        )
    if all(key.startswith('module.') for key in state):
        state = {key.removeprefix('module.'): tensor for key, tensor in state.items()}
    model.load_state_dict(state, strict=False)
    model.eval()
    meta = content.get('meta', {}).get('dataset_meta') or {}
    classes = meta.get('classes') or meta.get('CLASSES') or _classes_of(cfg)
    if not classes:
        raise UserError(f'neither {checkpoint} nor the config tells the names of the classes')
    return model, tuple(classes)


def find_test_dataset(cfg: Config) -> ConfigDict:
    """Return the config of the test set, of the first where there are several.

    Raises:
        UserError: The config has none.
    """
    dataset = cfg.get('test_dataloader', {}).get('dataset')
    while dataset is not None and 'pipeline' not in dataset:
        dataset = dataset.get('dataset') or (dataset.get('datasets') or [None])[0]
    if dataset is None:
        raise UserError('the config has no test_dataloader with a pipeline')
    return dataset


def tensor_differences(model, state_dict: Mapping) -> list[str]:
    """Return what of the model's tensors the checkpoint lacks or has in another shape.

    A backbone of this package is left out: it checks its own.
    """
    checks_itself = hasattr(getattr(model, 'backbone', None), 'block_rule_given')
    backbone = 'backbone.' if checks_itself else None
    keys = {key.removeprefix('module.'): tensor for key, tensor in state_dict.items()}
    differences = []
    for key, tensor in model.state_dict().items():
        if (backbone and key.startswith(backbone)) or key.endswith('num_batches_tracked'):
            continue
        if key not in keys:
            differences.append(f'{key} is missing')
        elif keys[key].shape != tensor.shape:
            differences.append(f'{key} is {tuple(keys[key].shape)}, not {tuple(tensor.shape)}')
    return differences


def _classes_of(cfg: Config) -> tuple[str, ...] | None:
    dataset = find_test_dataset(cfg)
    named = (dataset.get('metainfo') or {}).get('classes')
    with DATASETS.switch_scope_and_registry(None) as registry:  # its own, of the default scope
        return named or getattr(registry.get(dataset.type), 'METAINFO', {}).get('classes')
