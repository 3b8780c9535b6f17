"""MMEngine's `load` reads pickles and YAML as data, and runs nothing that is in them."""

import os
import pickle

import mmengine
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.fileio.handlers.registry_utils import file_handlers
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.structures import InstanceData

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.checkpoint_schemes import make_mmengine_loading_safe


@pytest.fixture(autouse=True)
def safe():
    """Undo afterwards what make_mmengine_loading_safe changes for the whole process."""
    handlers, schemes = file_handlers.copy(), CheckpointLoader._schemes.copy()
    make_mmengine_loading_safe()
    yield
    file_handlers.update(handlers)
    CheckpointLoader._schemes = schemes


@pytest.mark.parametrize('suffix', ['pkl', 'pickle'])
def test_data_in_a_pickle_is_read(suffix, tmp_path):
    content = {'a': [1, 'b', (2.5, None)], 'boxes': np.arange(8, dtype=np.float32).reshape(2, 4)}
    path = tmp_path / f'proposals.{suffix}'
    mmengine.dump(content, path)
    read = mmengine.load(path)
    assert read['a'] == content['a']
    assert (read['boxes'] == content['boxes']).all()


def test_proposals_of_mmdetection_are_read(tmp_path):
    boxes = np.arange(8, dtype=np.float32).reshape(2, 4)
    mmengine.dump({'a.jpg': InstanceData(bboxes=boxes)}, tmp_path / 'proposals.pkl')
    read = mmengine.load(tmp_path / 'proposals.pkl')['a.jpg']
    assert (read.bboxes == boxes).all()
    assert len(read) == 2


@pytest.mark.parametrize('protocol', range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_code_in_a_pickle_is_refused(protocol, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'sprung'),)

    path = tmp_path / 'annotations.pkl'
    path.write_bytes(pickle.dumps([1, Trap()], protocol=protocol))
    with pytest.raises(UserError, match=r'refused, as it wants (posix|nt)\.mkdir'):
        mmengine.load(path)
    assert not (tmp_path / 'sprung').exists()


def test_code_in_yaml_is_refused(tmp_path):
    text = f'a: 1\nb: !!python/object/apply:os.mkdir ["{tmp_path}/sprung"]\n'
    for suffix in ('yml', 'yaml'):
        path = tmp_path / f'config.{suffix}'
        path.write_text(text)
        with pytest.raises(UserError, match='refused: could not determine a constructor'):
            mmengine.load(path)
        with pytest.raises(UserError, match='refused'):
            Config.fromfile(path)
    assert not (tmp_path / 'sprung').exists()
    path.write_text('a: [1, 2.5, x]\n')
    assert mmengine.load(path) == {'a': [1, 2.5, 'x']}
