import io
import os
import pickle
from collections import OrderedDict

import numpy as np
import pytest
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
