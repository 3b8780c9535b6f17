"""MMEngine reads checkpoints, pickles and YAML as data, and runs nothing that is in them."""

import os
import pickle

import mmengine
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.fileio.handlers.registry_utils import file_handlers
from mmengine.runner import load_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.structures import InstanceData
from torch import nn

from res2net_mm.backbones import Res2Net
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.data_only import make_mmengine_loading_safe

V1B = 'res2net_light_v1b_26w_4s'


@pytest.fixture
def safe():
    """Undo afterwards what make_mmengine_loading_safe changes for the whole process."""
    handlers, schemes = file_handlers.copy(), CheckpointLoader._schemes.copy()
    make_mmengine_loading_safe()
    yield
    file_handlers.update(handlers)
    CheckpointLoader._schemes = schemes


@pytest.fixture
def published(weights, monkeypatch, tmp_path):
    """The file of a preset lies where downloads are kept."""
    folder = tmp_path / 'hub' / 'checkpoints'
    folder.mkdir(parents=True)
    monkeypatch.setattr('torch.hub.get_dir', lambda: str(tmp_path / 'hub'))
    torch.save(weights(), folder / 'Res2Net50_vd_26w_4s_pretrained.pdparams')  # no hash in it
    return 'res2net://Res2Net50_vd_26w_4s'


def test_a_presets_weights_fit_a_backbone_and_a_model(weights, published):
    bare, model = Res2Net(preset=V1B), nn.ModuleDict(dict(backbone=Res2Net(preset=V1B)))
    for net, backbone in ((bare, bare), (model, model['backbone'])):
        load_checkpoint(net, published)
        for name, tensor in backbone.state_dict().items():
            assert torch.equal(tensor, weights()[name])


def test_init_cfg_by_preset(weights, published):
    net = Res2Net(preset=V1B, init_cfg=dict(type='Pretrained', checkpoint=published))
    net.init_weights()
    assert torch.equal(net.bn1.weight, weights()['bn1.weight'])


def test_a_preset_without_weights_says_so():
    net = Res2Net(preset=V1B, init_cfg=dict(type='Pretrained', checkpoint=f'res2net://{V1B}'))
    with pytest.raises(UserError, match='it has no weights'):
        net.init_weights()


def test_mmengine_runs_nothing_that_is_in_a_file(safe, save, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'sprung'),)

    with pytest.raises(UserError, match='refused'):
        load_checkpoint(nn.Linear(1, 1), str(save(dict(state_dict={}, meta=Trap()))))
    assert not (tmp_path / 'sprung').exists()


def test_other_models_load_as_before(safe, save):
    model, other = nn.Linear(2, 2), nn.Linear(2, 2)
    load_checkpoint(other, str(save(dict(meta={}, state_dict=model.state_dict()))), strict=True)
    assert torch.equal(model.weight, other.weight)


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('http://example.org/weights.pth', 'only https'),
        ('s3://bucket/weights.pth', 'copy the file here'),
        ('open-mmlab://nothing', 'not in the model zoo'),
        ('nothing.pth', 'does not exist'),
    ],
)
def test_what_is_not_fetched(safe, name, message):
    with pytest.raises(UserError, match=message):
        CheckpointLoader.load_checkpoint(name)


@pytest.mark.parametrize('suffix', ['pkl', 'pickle'])
def test_data_in_a_pickle_is_read(safe, suffix, tmp_path):
    content = {'a': [1, 'b', (2.5, None)], 'boxes': np.arange(8, dtype=np.float32).reshape(2, 4)}
    path = tmp_path / f'proposals.{suffix}'
    mmengine.dump(content, path)
    read = mmengine.load(path)
    assert read['a'] == content['a']
    assert (read['boxes'] == content['boxes']).all()


def test_proposals_of_mmdetection_are_read(safe, tmp_path):
    boxes = np.arange(8, dtype=np.float32).reshape(2, 4)
    mmengine.dump({'a.jpg': InstanceData(bboxes=boxes)}, tmp_path / 'proposals.pkl')
    read = mmengine.load(tmp_path / 'proposals.pkl')['a.jpg']
    assert (read.bboxes == boxes).all()
    assert len(read) == 2


@pytest.mark.parametrize('protocol', range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_code_in_a_pickle_is_refused(safe, protocol, tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'sprung'),)

    path = tmp_path / 'annotations.pkl'
    path.write_bytes(pickle.dumps([1, Trap()], protocol=protocol))
    with pytest.raises(UserError, match=r'refused, as it wants (posix|nt)\.mkdir'):
        mmengine.load(path)
    assert not (tmp_path / 'sprung').exists()


def test_code_in_yaml_is_refused(safe, tmp_path):
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
