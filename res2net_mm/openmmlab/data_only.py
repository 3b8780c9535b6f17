"""Have MMEngine read checkpoints, annotations and YAML as data, running nothing in them.

MMEngine unpickles anything where PyTorch's ``weights_only`` refuses a file, and lets YAML build any
Python object. The schemes ``res2net://`` and ``hf://`` are registered here, too.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, BinaryIO

import yaml
from mmengine.fileio import register_handler
from mmengine.fileio.handlers import PickleHandler, YamlHandler
from mmengine.runner import checkpoint as mmengine_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.structures import InstanceData

from res2net_mm.checkpoints.backbone_tensors import backbone_tensors, set_metadata
from res2net_mm.checkpoints.reading import DataUnpickler, check_opcodes
from res2net_mm.checkpoints.sources import HUB_SCHEME, PRESET_SCHEME, open_checkpoint
from res2net_mm.errors import UserError, brief

Loader = Callable[..., dict[str, Any]]
_SafeLoader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)  # the C implementation if built
# Scheme of a model zoo -> MMEngine's function that returns its URLs by name.
_ZOOS = {
    'open-mmlab://': 'get_external_models',
    'openmmlab://': 'get_external_models',
    'torchvision://': 'get_torchvision_models',
    'modelzoo://': 'get_torchvision_models',
}


def load_from_res2net(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Load a preset's weights, named as the backbone of a model (``backbone.conv1.weight``).

    They fit a detector (``load_from='res2net://res2net50_26w_4s'``) and a bare backbone of this
    package.
    """
    found = backbone_tensors(open_checkpoint(filename, map_location), source=filename)
    state = OrderedDict((f'backbone.{name}', tensor) for name, tensor in found.state.items())
    set_metadata(state, dict(backbone=dict(version=1, block_rule=found.block_rule)))
    return dict(meta={}, state_dict=state)


def teach_schemes() -> None:
    """Have MMEngine load ``res2net://`` and ``hf://``; doing it again is harmless."""
    CheckpointLoader.register_scheme(PRESET_SCHEME, load_from_res2net, force=True)
    CheckpointLoader.register_scheme(HUB_SCHEME, open_checkpoint, force=True)


def make_mmengine_loading_safe() -> None:
    """Have MMEngine read checkpoints and other files as data only, in the whole process.

    After this call, :func:`res2net_mm.checkpoints.read_checkpoint` reads files, https URLs and the
    schemes of model zoos; schemes of storage services are refused. ``mmengine.load`` reads pickles
    and YAML by the handlers below; ``mmengine.dump`` writes as before.
    """
    register_handler(['pkl', 'pickle'])(DataPickleHandler)
    register_handler(['yml', 'yaml'])(DataYamlHandler)
    loaders: dict[str, Loader] = dict.fromkeys(('', 'https://', 'http://'), open_checkpoint)
    loaders |= {scheme: _load_from_zoo(table, scheme) for scheme, table in _ZOOS.items()}
    for scheme in CheckpointLoader._schemes:
        if scheme not in (PRESET_SCHEME, HUB_SCHEME):
            loader = loaders.get(scheme, _refuse)
            CheckpointLoader.register_scheme(scheme, loader, force=True)


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


class AnnotationUnpickler(DataUnpickler):
    """Also reads what MMDetection saves proposals in: sets, and MMEngine's container of arrays."""

    _KNOWN = {
        **DataUnpickler._KNOWN,
        '__builtin__.set': set,
        'builtins.set': set,
        'mmengine.structures.instance_data.InstanceData': InstanceData,
    }


class DataPickleHandler(PickleHandler):
    """Reads pickles of plain containers and arrays."""

    def load_from_fileobj(self, file: BinaryIO, **kwargs: Any) -> Any:
        """Return the content; raise UserError if the pickle names anything else."""
        content = file.read()
        try:
            check_opcodes(content)
            return AnnotationUnpickler(io.BytesIO(content)).load()
        except pickle.UnpicklingError as error:
            raise UserError(
                f'a pickle is refused, as it {error}, and only containers and arrays are read from '
                'one: save it as JSON'
            ) from None
        except Exception as error:  # a damaged pickle may raise anything
            raise UserError(f'a pickle is damaged or cut short: {brief(error)}') from None


class DataYamlHandler(YamlHandler):
    """Reads YAML of plain values."""

    def load_from_fileobj(self, file: Any, **kwargs: Any) -> Any:
        """Return the content; raise UserError if the YAML names a Python object."""
        try:
            return yaml.load(file, Loader=_SafeLoader)
        except yaml.YAMLError as error:
            reason = getattr(error, 'problem', None) or brief(error)
            raise UserError(f'a YAML file is refused: {reason}') from None
