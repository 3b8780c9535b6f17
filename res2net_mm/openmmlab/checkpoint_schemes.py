"""What MMEngine does with a checkpoint's name: ``res2net://``, and reading without running it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from mmengine.runner import checkpoint as mmengine_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.checkpoints.backbone_tensors import backbone_tensors
from res2net_mm.checkpoints.loading import PRESET_SCHEME, open_checkpoint
from res2net_mm.errors import UserError

from .data_files import register_data_handlers


def load_from_res2net(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Load a preset's weights, named as the backbone of a model (``backbone.conv1.weight``).

    So they fit a detector (``load_from='res2net://res2net50_26w_4s'``); a bare backbone of this
    package takes them too.
    """
    found = backbone_tensors(open_checkpoint(filename, map_location), source=filename)
    state = OrderedDict((f'backbone.{name}', tensor) for name, tensor in found.state.items())
    state._metadata = OrderedDict(backbone=dict(version=1, block_rule=found.block_rule))
    return dict(meta={}, state_dict=state)


def teach_preset_scheme() -> None:
    """Have MMEngine load ``res2net://<preset>``; doing it again is harmless."""
    CheckpointLoader.register_scheme(PRESET_SCHEME, load_from_res2net, force=True)


def make_mmengine_loading_safe() -> None:
    """Have MMEngine read every checkpoint, to load or to resume, and every file as data only.

    MMEngine falls back on free unpickling where PyTorch's ``weights_only`` refuses a file. After
    this call files, https URLs and the model zoos' schemes are read by :func:`read_checkpoint`;
    schemes of storage services are refused. Pickles and YAML of other kinds, such as annotations,
    are read as :mod:`.data_files` says.
    """
    register_data_handlers()
    loaders: dict[str, Callable] = {'': load_from_file, 'https://': load_from_url}
    loaders['http://'] = load_from_url
    for scheme in ('open-mmlab://', 'openmmlab://'):
        loaders[scheme] = _load_from_zoo('get_external_models', scheme)
    for scheme in ('torchvision://', 'modelzoo://'):
        loaders[scheme] = _load_from_zoo('get_torchvision_models', scheme)
    for scheme in CheckpointLoader._schemes:
        if scheme != PRESET_SCHEME:
            loader = loaders.get(scheme, load_from_elsewhere)
            CheckpointLoader.register_scheme(scheme, loader, force=True)


def load_from_file(filename: str, map_location: Any = None) -> dict[str, Any]:
    return open_checkpoint(filename, map_location)


def load_from_url(filename: str, map_location: Any = None) -> dict[str, Any]:
    return open_checkpoint(filename, map_location)


def load_from_elsewhere(filename: str, map_location: Any = None) -> dict[str, Any]:
    raise UserError(f'{filename} is not fetched: copy the file here and give its path')


def _load_from_zoo(table: str, scheme: str) -> Callable:
    def load_from_zoo(filename: str, map_location: Any = None) -> dict[str, Any]:
        urls = getattr(mmengine_checkpoint, table)()
        name = filename[len(scheme) :]
        if name not in urls:
            raise UserError(f'{filename} is not in the model zoo')
        return open_checkpoint(urls[name], map_location)

    return load_from_zoo
