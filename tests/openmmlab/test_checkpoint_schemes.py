import os

import pytest
import torch
from mmengine.runner import load_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn

from res2net_mm.backbones import Res2Net
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.checkpoint_schemes import make_mmengine_loading_safe

V1B = 'res2net_light_v1b_26w_4s'


@pytest.fixture
def safe():
    """Undo afterwards what make_mmengine_loading_safe changes for the whole process."""
    schemes = CheckpointLoader._schemes.copy()
    make_mmengine_loading_safe()
    yield
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
