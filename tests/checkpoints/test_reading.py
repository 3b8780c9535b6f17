import io
import json
import os
import pickle
import struct
from collections import OrderedDict

import numpy as np
import pytest
import safetensors.torch
import torch
from mmengine.logging import HistoryBuffer

from res2net_mm.checkpoints import read_checkpoint
from res2net_mm.checkpoints.reading import DamagedFileError
from res2net_mm.errors import UserError

LEGACY = dict(_use_new_zipfile_serialization=False)


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


@pytest.mark.parametrize('options', [{}, LEGACY], ids=['zip', 'legacy'])
def test_torch_files(save, options):
    state = dict(weight=torch.rand(2, 3), count=torch.tensor(3))
    read = read_checkpoint(save(dict(state_dict=state), **options))
    assert torch.equal(read['state_dict']['weight'], state['weight'])


@pytest.mark.parametrize('options', [{}, LEGACY], ids=['zip', 'legacy'])
def test_a_pickle_that_would_run_code_is_refused_by_what_it_wants(save, tmp_path, options):
    path = save(dict(state_dict={}, meta=Trap(tmp_path / 'sprung')), **options)
    with pytest.raises(UserError, match=r'refused.*mkdir'):
        read_checkpoint(path)
    assert not (tmp_path / 'sprung').exists()


@pytest.mark.parametrize('name', ['weights.pdparams', 'weights.pkl', 'weights.pth'])
@pytest.mark.parametrize('protocol', [2, 4, 5])
def test_other_pickles_run_nothing_either(tmp_path, name, protocol):
    path = tmp_path / name
    path.write_bytes(pickle.dumps({'a': np.ones(2), 'b': Trap(tmp_path / 'sprung')}, protocol))
    with pytest.raises(UserError, match=r'refused.*mkdir'):
        read_checkpoint(path)
    assert not (tmp_path / 'sprung').exists()


def test_getattr_reaches_nothing_but_the_logs_methods(save, tmp_path):
    class Getter:
        def __reduce__(self):
            return getattr, (HistoryBuffer, '__init__')

    with pytest.raises(UserError, match=r'refused.*getattr'):
        read_checkpoint(save(dict(state_dict={}, log=Getter())))


def test_mmengine_checkpoints_are_read_whole(save):
    log = HistoryBuffer([1.0, 3.0], [1, 1])
    message_hub = dict(
        log_scalars=OrderedDict(loss=log),
        runtime_info=dict(iter=np.int64(7), lr=np.float64(0.1), best=np.float32(2), on=np.bool_(1)),
    )
    read = read_checkpoint(save(dict(state_dict={}, message_hub=message_hub)))['message_hub']
    assert read['log_scalars']['loss'].mean() == 2
    assert read['runtime_info'] == message_hub['runtime_info']


@pytest.mark.parametrize('protocol', [2, 4, 5])
@pytest.mark.parametrize('core', [b'numpy._core', b'numpy.core'])
def test_arrays_of_either_numpy(tmp_path, protocol, core):
    arrays = {'a': np.arange(6, dtype=np.float32).reshape(2, 3), 'n': np.array(5), 's': np.int64(2)}
    content = pickle.dumps(dict(model=arrays, matching_heuristics=True), protocol)
    here = b'numpy._core' if b'numpy._core' in content else b'numpy.core'
    if protocol == 2:  # later protocols write the length of a name before it
        content = content.replace(here, core)
    path = tmp_path / 'weights.pkl'
    path.write_bytes(content)
    read = read_checkpoint(path)
    assert torch.equal(read['model']['a'], torch.arange(6.0).reshape(2, 3))
    assert read['model']['n'].shape == ()
    assert read['matching_heuristics'] is True


def test_arrays_of_objects_stay_unread(tmp_path):
    path = tmp_path / 'weights.pdparams'
    path.write_bytes(pickle.dumps({'a': np.array([Trap(tmp_path / 'sprung')], dtype=object)}))
    with pytest.raises(UserError, match='refused'):
        read_checkpoint(path)
    assert not (tmp_path / 'sprung').exists()


@pytest.mark.parametrize('options', [{}, LEGACY], ids=['zip', 'legacy'])
@pytest.mark.parametrize('part', [0.1, 0.5, 0.99])
def test_a_truncated_file_is_said_to_be(save, options, part):
    path = save(dict(weight=torch.rand(100, 100)), **options)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(DamagedFileError, match=r'checkpoint\.pth.*damaged or cut short'):
        read_checkpoint(path)


def test_truncated_arrays(tmp_path):
    path = tmp_path / 'weights.pdparams'
    path.write_bytes(pickle.dumps({'a': np.ones(1000)})[:900])
    with pytest.raises(DamagedFileError):
        read_checkpoint(path)


def test_legacy_files_are_known_by_their_first_bytes():
    file = io.BytesIO()
    torch.save({}, file, **LEGACY)
    from res2net_mm.checkpoints.reading import _LEGACY_TORCH

    assert file.getvalue().startswith(_LEGACY_TORCH)


def test_single_altered_bytes_are_found_out(save):
    """Twenty places all over the file, in tensors and pickle alike."""
    path = save(dict(state_dict={name: torch.rand(500) for name in 'abc'}, meta=dict(epoch=3)))
    content = path.read_bytes()
    for i in range(20):
        part = ('a', 'b', 'c', 'pickle')[i % 4]
        place = content.index(_bytes_of(part, content)) + 7 * i
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(DamagedFileError, match='checksum'):
            read_checkpoint(path)


def _bytes_of(part: str, content: bytes) -> bytes:
    if part == 'pickle':
        return b'state_dict'
    return torch.load(io.BytesIO(content))['state_dict'][part].numpy().tobytes()


def test_a_file_that_was_written_without_checksums(save):
    torch.serialization.set_crc32_options(False)
    try:
        path = save(dict(a=torch.ones(2)))
    finally:
        torch.serialization.set_crc32_options(True)
    assert torch.equal(read_checkpoint(path)['a'], torch.ones(2))


TENSORS = {
    'a': torch.rand(2, 3),
    'half': torch.rand(3).half(),
    'odd': torch.tensor([True, False, True]),
    'count': torch.tensor(7),
    'empty': torch.zeros(0, 4),
    'strided': torch.rand(3, 4).T.contiguous(),
    'bfloat': torch.rand(5).bfloat16(),
}


@pytest.fixture
def tensors_file(tmp_path):
    path = tmp_path / 'weights.safetensors'
    path.write_bytes(safetensors.torch.save(TENSORS, dict(block_rule='mmdet')))
    return path


def test_safetensors_bit_by_bit(tensors_file):
    tensors = read_checkpoint(tensors_file)
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)
    assert tensors._metadata == {'': dict(block_rule='mmdet')}


@pytest.mark.parametrize('size', [4, 40, 300, -1])
def test_truncated_safetensors(tensors_file, size):
    path = tensors_file
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
        path.write_bytes(safetensors.torch.save({name: torch.ones(2)}))
    assert torch.equal(read_checkpoint(path)[name], torch.ones(2))
