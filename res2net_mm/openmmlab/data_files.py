"""Have ``mmengine.load`` read pickles and YAML as data, running nothing in them.

It reads the annotations and proposals of MMDetection's and MMSegmentation's datasets, and YAML
configs. MMEngine's own handlers unpickle anything and let YAML build any Python object.
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

SafeLoader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)  # the C implementation if built


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
            return yaml.load(file, Loader=SafeLoader)
        except yaml.YAMLError as error:
            reason = getattr(error, 'problem', None) or brief(error)
            raise UserError(f'a YAML file is refused: {reason}') from None


def register_data_handlers() -> None:
    """Have ``mmengine.load`` use these handlers; ``mmengine.dump`` writes as before."""
    register_handler(['pkl', 'pickle'])(DataPickleHandler)
    register_handler(['yml', 'yaml'])(DataYamlHandler)
