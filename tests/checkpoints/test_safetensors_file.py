import io
import json
import struct

import pytest
import torch

from res2net_mm.checkpoints import read_checkpoint
from res2net_mm.checkpoints.reading import DamagedFileError
from res2net_mm.checkpoints.safetensors_file import read_safetensors, write_safetensors
from res2net_mm.errors import UserError

TENSORS = {
    'a': torch.rand(2, 3),
    'half': torch.rand(3).half(),
    'odd': torch.tensor([True, False, True]),
    'count': torch.tensor(7),
    'empty': torch.zeros(0, 4),
    'strided': torch.rand(3, 4).T,
    'bfloat': torch.rand(5).bfloat16(),
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / 'weights.safetensors'
    with path.open('wb') as file:
        write_safetensors(file, TENSORS, dict(block_rule='mmdet'))
    return path


def test_bitwise_there_and_back(path):
    tensors, metadata = read_safetensors(path)
    assert list(tensors) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)
    assert metadata == dict(block_rule='mmdet')


def test_the_layout_is_the_formats(path):
    content = path.read_bytes()
    (length,) = struct.unpack('<Q', content[:8])
    header = json.loads(content[8 : 8 + length])
    assert (8 + length) % 8 == 0
    assert header['a'] == dict(dtype='F32', shape=[2, 3], data_offsets=[0, 24])
    assert content[8 + length :][:24] == TENSORS['a'].numpy().tobytes()


@pytest.mark.parametrize('size', [4, 40, 300, -1])
def test_truncated(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(DamagedFileError):
        read_checkpoint(path)


def test_unknown_type_is_named(tmp_path):
    header = json.dumps({'a': dict(dtype='F8_E4M3', shape=[1], data_offsets=[0, 1])}).encode()
    path = tmp_path / 'weights.safetensors'
    file = io.BytesIO()
    file.write(struct.pack('<Q', len(header)) + header + b'\0')
    path.write_bytes(file.getvalue())
    with pytest.raises(UserError, match=r'a is of type F8_E4M3'):
        read_checkpoint(path)


def test_a_header_whose_length_looks_like_a_pickle(tmp_path):
    path = tmp_path / 'weights.safetensors'
    name = 'a'
    while not path.exists() or path.read_bytes()[:1] != b'\x80':  # a pickle's first byte
        name += 'a' * 8
        with path.open('wb') as file:
            write_safetensors(file, {name: torch.ones(2)}, {})
    assert torch.equal(read_checkpoint(path)[name], torch.ones(2))
