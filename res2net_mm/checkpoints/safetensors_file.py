"""The safetensors format: a JSON header and the tensors' bytes, so that there is nothing to run.

Written here because it takes two functions, and then needs no further package.
Source: github.com/huggingface/safetensors, "Format".
"""

import json
import math
import struct
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

from res2net_mm.errors import UserError

_DTYPES = {
    'F64': torch.float64,
    'F32': torch.float32,
    'F16': torch.float16,
    'BF16': torch.bfloat16,
    'I64': torch.int64,
    'I32': torch.int32,
    'I16': torch.int16,
    'I8': torch.int8,
    'U8': torch.uint8,
    'BOOL': torch.bool,
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_LARGEST_HEADER = 100_000_000  # bytes, the format's own limit


def is_safetensors(head: bytes) -> bool:
    """Return whether a file that begins with ``head`` is of this format."""
    return head[8:9] == b'{' and struct.unpack('<Q', head[:8])[0] <= _LARGEST_HEADER


def read_safetensors(path: Path) -> tuple['OrderedDict[str, Tensor]', dict[str, str]]:
    """Return the tensors of a file and its metadata.

    Raises:
        ValueError: The file is cut short or its header makes no sense.
        UserError: A tensor is of a type that is not supported.
    """
    data = bytearray(path.read_bytes())
    if len(data) < 8:
        raise ValueError('the header is missing')
    (length,) = struct.unpack('<Q', data[:8])
    if length > min(_LARGEST_HEADER, len(data) - 8):
        raise ValueError('the header is cut short')
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop('__metadata__', {})
    start = 8 + length
    tensors = OrderedDict()
    for name, entry in header.items():
        if entry['dtype'] not in _DTYPES:
            raise UserError(f'{path}: tensor {name} is of type {entry["dtype"]}, not supported')
        dtype, shape = _DTYPES[entry['dtype']], entry['shape']
        begin, end = entry['data_offsets']
        count = math.prod(shape)
        if end - begin != count * dtype.itemsize or not 0 <= begin <= end <= len(data) - start:
            raise ValueError(f'the bytes of {name} are missing')
        flat = (
            torch.frombuffer(data, dtype=dtype, count=count, offset=start + begin)
            if count
            else torch.empty(0, dtype=dtype)
        )
        tensors[name] = flat.clone().reshape(shape)
    return tensors, metadata


def write_safetensors(
    file: BinaryIO, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> None:
    """Write tensors and metadata to an open binary file."""
    header: dict[str, object] = {'__metadata__': dict(metadata)}
    end = 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = dict(
            dtype=_NAMES[tensor.dtype], shape=list(tensor.shape), data_offsets=[begin, end]
        )
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)  # the tensors begin at a multiple of 8
    file.write(struct.pack('<Q', len(text)) + text)
    for tensor in tensors.values():
        file.write(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
