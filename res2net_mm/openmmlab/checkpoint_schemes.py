"""How MMEngine reads a checkpoint by its name: ``res2net://``, and every scheme as data only."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from mmengine.runner import checkpoint as mmengine_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.checkpoints.backbone_tensors import backbone_tensors, set_metadata
from res2net_mm.checkpoints.loading import PRESET_SCHEME, open_checkpoint
from res2net_mm.errors import UserError

from .data_files import register_data_handlers

Loader = Callable[..., dict[str, Any]]


def load_from_res2net(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Load a preset's weights, named as the backbone of a model (``backbone.conv1.weight``).

    They fit a detector (``load_from='res2net://res2net50_26w_4s'``) and a bare backbone of this
    package.
    """
    found = backbone_tensors(open_checkpoint(filename, map_location), source=filename)
    state = OrderedDict((f'backbone.{name}', tensor) for name, tensor in found.state.items())
    set_metadata(state, dict(backbone=dict(version=1, block_rule=found.block_rule)))
    return dict(meta={}, state_dict=state)


def teach_preset_scheme() -> None:
    """Have MMEngine load ``res2net://<preset>``; doing it again is harmless."""
    CheckpointLoader.register_scheme(PRESET_SCHEME, load_from_res2net, force=True)


def make_mmengine_loading_safe() -> None:
    """Have MMEngine read checkpoints and other files as data only, in the whole process.

    MMEngine unpickles anything where PyTorch's ``weights_only`` refuses a file. After this call,
    :func:`res2net_mm.checkpoints.read_checkpoint` reads files, https URLs and the schemes of model
    zoos; schemes of storage services are refused. :mod:`.data_files` reads annotations and YAML.
    """
    register_data_handlers()
    loaders: dict[str, Loader] = dict.fromkeys(('', 'https://', 'http://'), _load)
    for scheme in ('open-mmlab://', 'openmmlab://'):
        loaders[scheme] = _load_from_zoo('get_external_models', scheme)
    for scheme in ('torchvision://', 'modelzoo://'):
        loaders[scheme] = _load_from_zoo('get_torchvision_models', scheme)
    for scheme in CheckpointLoader._schemes:
        if scheme != PRESET_SCHEME:
            loader = loaders.get(scheme, _refuse)
            CheckpointLoader.register_scheme(scheme, loader, force=True)


def _load(filename: str, map_location: Any = None) -> dict[str, Any]:
    return open_checkpoint(filename, map_location)


def _refuse(filename: str, map_location: Any = None) -> dict[str, Any]:
    raise UserError(f'{filename} is not fetched: copy the file here and give its path')


def _load_from_zoo(table: str, scheme: str) -> Loader:
    """Return a loader of the names in one of MMEngine's tables of URLs."""

    def load_from_zoo(filename: str, map_location: Any = None) -> dict[str, Any]:
        urls = getattr(mmengine_checkpoint, table)()
        name = filename[len(scheme) :]
        if name not in urls:
            raise UserError(f'{filename} is not in the model zoo')
        return open_checkpoint(urls[name], map_location)

    return load_from_zoo
