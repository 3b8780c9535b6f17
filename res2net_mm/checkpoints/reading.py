"""Read a checkpoint file of any format without running anything that is in it.

A pickle can name any function and have it called, so nothing here unpickles freely: PyTorch's
files are read with ``weights_only`` and a short list of what may be built, other pickles by an
unpickler that builds NumPy arrays only. A file that needs more is refused by the name of that.
"""

import io
import pickle
import pickletools
import re
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from safetensors import safe_open
from torch import Tensor

from res2net_mm.errors import UserError
from res2net_mm.file_kinds import what_it_is

from .backbone_tensors import set_metadata

# A pickle's first bytes in a file of PyTorch before 1.6: protocol 2 and a magic number.
_LEGACY_TORCH = b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'
# The name of what a pickle is refused for, in PyTorch's errors and in those raised here.
_WANTED = re.compile(
    r'(?:GLOBAL |Unsupported class |unrecognized function |object for .* but got |wants )(.+?)'
    r'(?: whose module| was not|$)',
    re.MULTILINE,
)
# The types of safetensors that a network here can have, in the words of the format.
_TYPES = ('F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL')
_LARGEST_HEADER = 100_000_000  # bytes, the limit of the safetensors format
_HISTORY_METHODS = ('min', 'max', 'current', 'mean')


class DamagedFileError(UserError):
    """A file that is cut short, altered or otherwise not what its format says."""


def read_checkpoint(path: str | Path, map_location: Any = 'cpu') -> dict[str, Any]:
    """Read a checkpoint file: a state dict, or a dict that holds one.

    Args:
        path: A ``.pth`` of PyTorch (old or new format), ``.safetensors``, ``.pdparams`` of Paddle
            or ``.pkl`` of detectron2. The format is recognised by the content, not the name.
        map_location: The device of the tensors, as for ``torch.load``.

    Raises:
        UserError: There is no such file, or it is a pickle of more than tensors and arrays.
        DamagedFileError: The file is cut short or altered. Checksums tell of single altered bytes,
            where the file has them: ``.pth`` since PyTorch 1.6.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise UserError(f'checkpoint {path} is a folder: name the file in it')
    if not path.is_file():
        raise UserError(f'checkpoint {path} does not exist')
    with path.open('rb') as file:
        head = file.read(64)
    try:
        if _is_safetensors(head):  # first: its first bytes may be anything
            checkpoint = _read_safetensors(path)
        elif head.startswith((b'PK', _LEGACY_TORCH)):
            if head.startswith(b'PK'):
                _check_sums(path)
            checkpoint = _read_torch(path, map_location)
        elif head.startswith(b'\x80'):
            content = path.read_bytes()
            check_opcodes(content)
            checkpoint = _as_tensors(DataUnpickler(io.BytesIO(content)).load())
        else:
            raise ValueError('it is of no known format')
    except UserError:
        raise
    except pickle.UnpicklingError as error:
        raise _refusal(path, error) from None
    except Exception as error:  # a damaged file may make a reader raise anything
        raise _damage(path, error) from None
    if not isinstance(checkpoint, dict):
        raise UserError(f'checkpoint {path} holds a {type(checkpoint).__name__}, not a state dict')
    return checkpoint


def _is_safetensors(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is of the safetensors format."""
    return head[8:9] == b'{' and struct.unpack('<Q', head[:8])[0] <= _LARGEST_HEADER


def _read_safetensors(path: Path) -> 'OrderedDict[str, Tensor]':
    """Return the tensors of a file, with its metadata as that of their module.

    The format sorts tensors by type. Files of this package say in ``order`` how they were sorted.
    """
    tensors: OrderedDict[str, Tensor] = OrderedDict()
    with safe_open(path, 'pt') as file:
        metadata = file.metadata() or {}
        order, names = metadata.pop('order', '').split('\n'), file.keys()
        for name in order if sorted(order) == sorted(names) else names:
            dtype = file.get_slice(name).get_dtype()
            if dtype not in _TYPES:
                raise UserError(f'{path}: tensor {name} is of type {dtype}, not supported')
            tensors[name] = file.get_tensor(name)
    set_metadata(tensors, OrderedDict({'': metadata}))
    return tensors


def _check_sums(path: Path) -> None:
    """Raise ValueError if a part of a zip archive is not what its checksum says.

    PyTorch writes 0 for all of them after ``torch.serialization.set_crc32_options(False)``.
    """
    with zipfile.ZipFile(path) as archive:
        has_sums = any(part.CRC for part in archive.infolist())
        if has_sums and (altered := archive.testzip()):
            raise ValueError(f'{altered} is not what its checksum says')


def _read_torch(path: Path, map_location: Any) -> Any:
    safe_globals = getattr(torch.serialization, 'safe_globals', None)
    if safe_globals is None:  # torch before 2.5 takes no list; plain state dicts can be read
        return torch.load(path, map_location=map_location, weights_only=True)
    with safe_globals(_ALLOWED):
        return torch.load(path, map_location=map_location, weights_only=True)


def _refusal(path: Path, error: pickle.UnpicklingError) -> UserError:
    """Return the error for a pickle that names something which is not built."""
    wanted = _WANTED.search(str(error))
    if not wanted:
        return _damage(path, str(error).splitlines()[0])
    return UserError(
        f'checkpoint {path} is refused, as it wants more than tensors and arrays: {wanted[1]}; '
        'ask its author for a plain state dict or a .safetensors file'
    )


def _damage(path: Path, reason: object) -> DamagedFileError:
    size = path.stat().st_size
    if kind := what_it_is(path):
        return DamagedFileError(f'{path} ({size} bytes) is no checkpoint: {kind}')
    first = f'{reason}'.partition('. ')[0]  # PyTorch's errors are long
    return DamagedFileError(f'checkpoint {path} ({size} bytes) is damaged or cut short: {first}')


def _history_method(owner: type, name: str) -> Callable[..., Any]:
    """Replace ``getattr`` in MMEngine's logs, whose pickles hold methods of HistoryBuffer."""
    if owner is not HistoryBuffer or name not in _HISTORY_METHODS:
        raise pickle.UnpicklingError(f'wants getattr({owner}, {name!r})')
    method: Callable[..., Any] = getattr(HistoryBuffer, name)
    return method


def _called(full_name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with another name, by which PyTorch's allow-list knows it."""

    def stand_in(*args: Any) -> Any:
        return function(*args)

    stand_in.__module__, _, stand_in.__qualname__ = full_name.rpartition('.')
    stand_in.__name__ = stand_in.__qualname__
    return stand_in


def _from_buffer(
    buffer: bytes, dtype: Any, shape: tuple[int, ...], order: Literal['C', 'F']
) -> np.ndarray[Any, Any]:
    return np.frombuffer(buffer, dtype=dtype).reshape(shape, order=order)


_rebuild_array: Any = np.zeros(0).__reduce__()[0]
_rebuild_scalar: Any = np.float64(0).__reduce__()[0]
# NumPy 2 renamed numpy.core to numpy._core; files with either name are read.
_ARRAY_FUNCTIONS: dict[str, Callable[..., Any]] = {
    f'numpy.{core}.{name}': function
    for core in ('core', '_core')
    for name, function in (
        ('multiarray._reconstruct', _rebuild_array),
        ('multiarray.scalar', _rebuild_scalar),
        ('numeric._frombuffer', _from_buffer),
    )
}
# MMEngine's checkpoints hold tensors, buffers of its log, and NumPy numbers.
_ALLOWED = [
    HistoryBuffer,
    np.ndarray,
    np.dtype,
    *{type(np.dtype(kind)) for kind in '?bBhHiIlLqQefdSU'},
    *(_called(name, function) for name, function in _ARRAY_FUNCTIONS.items()),
    _called('builtins.getattr', _history_method),
]


def check_opcodes(content: bytes) -> None:
    """Raise ValueError if a pickle is cut short, or its memo has more places than it has bytes.

    The unpickler allocates a memo of the size that the pickle names.
    """
    for opcode, argument, _ in pickletools.genops(content):
        if opcode.name in ('PUT', 'BINPUT', 'LONG_BINPUT') and int(argument or 0) > len(content):
            raise ValueError(f'it has no place {argument}')


class DataUnpickler(pickle.Unpickler):
    """An unpickler of NumPy arrays in plain containers."""

    _KNOWN: Mapping[str, Any] = {
        **_ARRAY_FUNCTIONS,
        'numpy.ndarray': np.ndarray,
        'numpy.dtype': np.dtype,
        'collections.OrderedDict': OrderedDict,
    }

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding='latin1')  # which pickles of Python 2 need

    def find_class(self, module: str, name: str) -> Any:
        """Return the object that a pickle names, or raise UnpicklingError if it is not allowed."""
        full_name = f'{module}.{name}'
        if full_name == '_codecs.encode':  # protocol 2 writes bytes as text
            return _latin1
        if full_name not in self._KNOWN:
            raise pickle.UnpicklingError(f'wants {full_name}')
        return self._KNOWN[full_name]


def _latin1(text: str, encoding: str) -> bytes:
    if encoding != 'latin1':
        raise pickle.UnpicklingError(f'wants encoding {encoding!r}')
    return text.encode('latin1')


def _as_tensors(value: Any) -> Any:
    """Return the same containers with tensors in place of arrays."""
    if isinstance(value, np.ndarray) and value.dtype.kind in 'biuf':
        return torch.from_numpy(np.ascontiguousarray(value).reshape(value.shape))
    if isinstance(value, dict):
        return OrderedDict((name, _as_tensors(entry)) for name, entry in value.items())
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], np.ndarray):
        return _as_tensors(value[1])  # Paddle saves (name, array)
    return value
