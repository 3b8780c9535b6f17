"""What MMEngine's ``load`` does with pickles and YAML: read them as data, run nothing in them.

MMDetection's and MMSegmentation's datasets read annotations and proposals by it, and MMEngine its
YAML configs. Its own handlers unpickle freely, and let YAML build any Python object.
"""

import io
import pickle
from typing import Any, BinaryIO

import yaml
from mmengine.fileio import register_handler
from mmengine.fileio.handlers import PickleHandler, YamlHandler
from mmengine.structures import InstanceData

from res2net_mm.checkpoints.reading import DataUnpickler, check_opcodes
from res2net_mm.errors import UserError, brief

SafeLoader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)  # that in C where it was built


class AnnotationUnpickler(DataUnpickler):
    """Knows what MMDetection saves proposals in, too: sets, and MMEngine's container of arrays."""

    _KNOWN = {
        **DataUnpickler._KNOWN,
        '__builtin__.set': set,
        'builtins.set': set,
        'mmengine.structures.instance_data.InstanceData': InstanceData,
    }


class DataPickleHandler(PickleHandler):
    """Pickles of plain containers and arrays."""

    def load_from_fileobj(self, file: BinaryIO, **kwargs: Any) -> Any:
        """Raise UserError over a pickle that names anything else."""
        content = file.read()
        try:
            check_opcodes(content)
            return AnnotationUnpickler(io.BytesIO(content)).load()
        except pickle.UnpicklingError as error:
            raise UserError(
                f'a pickle is refused, as it {error}, and only containers and arrays are read from '
                'one: save it as JSON'
            ) from None
        except Exception as error:  # over a file that was altered it raises whatever it may be
            raise UserError(f'a pickle is damaged or cut short: {brief(error)}') from None


class DataYamlHandler(YamlHandler):
    """YAML of plain values."""

    def load_from_fileobj(self, file: Any, **kwargs: Any) -> Any:
        """Raise UserError over YAML that names a Python object."""
        try:
            return yaml.load(file, Loader=SafeLoader)
        except yaml.YAMLError as error:
            reason = getattr(error, 'problem', None) or brief(error)
            raise UserError(f'a YAML file is refused: {reason}') from None


def register_data_handlers() -> None:
    """Have ``mmengine.load`` use these; writing stays as it is."""
    register_handler(['pkl', 'pickle'])(DataPickleHandler)
    register_handler(['yml', 'yaml'])(DataYamlHandler)
