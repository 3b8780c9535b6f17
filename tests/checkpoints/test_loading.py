"""Weights of every dialect are loaded whole, whoever loads them, or refused."""

import copy

import fill
import mmcv.ops  # noqa: F401  (registers DCNv2)
import pytest
import torch
from mmengine.model import BaseModel, ExponentialMovingAverage
from mmengine.runner import load_checkpoint, save_checkpoint
from small_weights import holds, without
from torch import nn

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import DIALECTS, load_weights, partial_loading
from res2net_mm.errors import UserError

V1 = 'res2net_light_26w_4s'
V1B = 'res2net_light_v1b_26w_4s'


@pytest.mark.parametrize('dialect', [name for name, d in DIALECTS.items() if d.writable])
@pytest.mark.parametrize('preset', [V1, V1B])
def test_loads_every_tensor_and_says_so(weights, save, dialect, preset):
    state = weights(preset)
    path = save(DIALECTS[dialect].from_official(state))
    net = Res2Net(preset=preset)
    report = load_weights(net, path)
    assert holds(net, state)
    assert report.loaded == report.total == len(net.state_dict())
    line = str(report)
    assert '\n' not in line
    assert f'{path}: dialect ' in line
    assert f'{report.total} of {report.total} backbone tensors' in line
    assert 'classifier (2)' in line


def test_loads_into_a_models_backbone(weights, save):
    model = torch.nn.ModuleDict(dict(backbone=Res2Net(preset=V1), neck=torch.nn.ReLU()))
    load_weights(model, save(weights(V1)))
    assert holds(model['backbone'], weights(V1))


def test_a_model_without_a_backbone_of_ours_is_refused(weights, save):
    with pytest.raises(UserError, match='Linear has no backbone of this package'):
        load_weights(torch.nn.Linear(1, 1), save(weights(V1)))


def test_the_block_rule_comes_with_the_weights(weights, save):
    net = Res2Net(preset=V1B)
    assert net.block_rule == 'official'
    load_weights(net, save(DIALECTS['mmdet'].from_official(weights(V1B))))
    assert net.block_rule == 'mmdet'
    load_weights(net, save(weights(V1B)))
    assert net.block_rule == 'official'


def test_a_rule_the_user_named_is_kept_and_the_difference_said(weights, save):
    net = Res2Net(preset=V1B, block_rule='official')
    report = load_weights(net, save(DIALECTS['mmdet'].from_official(weights(V1B))))
    assert net.block_rule == report.block_rule == 'official'
    assert "follow block rule 'mmdet', but block_rule='official' was given" in str(report)


def test_a_part_is_loaded_only_if_asked_for(weights, save):
    net, state = Res2Net(preset=V1B), weights(V1)
    report = load_weights(net, save(state), partial=True)
    assert torch.equal(net.layer3[1].conv1.weight, state['layer3.1.conv1.weight'])
    assert 0 < report.loaded < report.total
    assert 'SKIPPED' in str(report)


def test_forks_that_put_the_stride_elsewhere_are_pointed_out(weights, save):
    state = without(weights(V1), 'fc.')
    forked = {f'stem.{k}' if k.startswith(('conv1.', 'bn1.')) else k: v for k, v in state.items()}
    path = save(dict(model={f'module.backbone.body.{k}': v for k, v in forked.items()}))
    net = Res2Net(preset=V1, style='caffe')
    assert 'NOTE' not in str(load_weights(net, path))
    assert holds(net, state)
    report = load_weights(Res2Net(preset=V1), path)
    assert report.dialect == 'maskrcnn-benchmark'
    assert "style='caffe'" in str(report)


V1B = 'res2net_light_v1b_26w_4s'


class Detector(BaseModel):
    def __init__(self, **arguments):
        super().__init__()
        self.backbone = Res2Net(preset=V1B, **arguments)
        self.neck = nn.Linear(2, 2)

    def forward(self, inputs):
        return self.backbone(inputs)


@pytest.fixture
def detector_file(weights, save):
    """A function (dialect) -> path of a whole detector's checkpoint."""

    def write(dialect='mmdet', prefix='backbone.', **more):
        state = {k: v for k, v in weights().items() if not k.startswith('fc.')}
        theirs = DIALECTS[dialect].from_official(state)
        state = {prefix + name: tensor for name, tensor in theirs.items()}
        state.update({'neck.weight': torch.rand(2, 2), 'neck.bias': torch.rand(2)})
        return save(dict(meta={}, state_dict=state, **more))

    return write


@pytest.mark.parametrize('dialect', [name for name, d in DIALECTS.items() if d.writable])
@pytest.mark.parametrize('strict', [True, False])
def test_plain_load_state_dict(weights, dialect, strict):
    net = Res2Net(preset=V1B)
    result = net.load_state_dict(DIALECTS[dialect].from_official(weights()), strict=strict)
    assert holds(net, weights())
    assert not result.missing_keys
    assert not result.unexpected_keys
    assert net.block_rule == DIALECTS[dialect].block_rule


@pytest.mark.parametrize('dialect', ['official', 'mmdet', 'mmpretrain'])
@pytest.mark.parametrize('prefix', ['backbone.', 'module.backbone.'])
def test_mmengine_loads_a_detector(weights, detector_file, dialect, prefix):
    model = Detector()
    load_checkpoint(model, str(detector_file(dialect, prefix)), strict=prefix == 'backbone.')
    assert holds(model.backbone, weights())
    assert model.backbone.block_rule == DIALECTS[dialect].block_rule


def test_mmengine_loads_a_detector_into_a_bare_backbone(weights, detector_file):
    net = Res2Net(preset=V1B)
    load_checkpoint(net, str(detector_file()))
    assert holds(net, weights())


@pytest.mark.parametrize('prefix', ['backbone', 'backbone.', None])
def test_init_cfg_of_a_detectors_file(weights, detector_file, prefix):
    init_cfg = dict(type='Pretrained', checkpoint=str(detector_file()))
    if prefix:
        init_cfg['prefix'] = prefix
    model = Detector(init_cfg=init_cfg)
    model.init_weights()
    assert holds(model.backbone, weights())


def test_a_loose_caller_is_refused_what_does_not_fit(weights, detector_file):
    model = Detector(se=16)
    before = {name: tensor.clone() for name, tensor in model.backbone.state_dict().items()}
    with pytest.raises(UserError, match='checkpoint for backbone does not fit'):
        load_checkpoint(model, str(detector_file()), strict=False)
    assert holds(model.backbone, before)
    with partial_loading():
        load_checkpoint(model, str(detector_file()), strict=False)
    assert torch.equal(model.backbone.bn1.weight, weights()['bn1.weight'])


def test_a_bare_backbone_is_no_detector(weights, save):
    with pytest.raises(
        UserError, match=r'checkpoint for backbone holds no tensor.*init_cfg=dict\('
    ):
        load_checkpoint(Detector(), str(save(weights())))


def test_a_rule_the_user_named_is_kept(detector_file):
    model = Detector(block_rule='official')
    load_checkpoint(model, str(detector_file('mmdet')))
    assert model.backbone.block_rule == 'official'


@pytest.mark.parametrize('rule', ['official', 'mmdet', 'dla'])
def test_own_checkpoints_carry_their_rule(tmp_path, rule):
    model, path = Detector(block_rule=rule), str(tmp_path / 'own.pth')
    save_checkpoint(dict(state_dict=model.state_dict()), path)
    for door in (load_checkpoint, load_weights):
        other = Detector()
        door(other, path)
        assert other.backbone.block_rule == rule
        assert holds(other.backbone, model.backbone.state_dict())
    bare = Res2Net(preset=V1B)
    bare.load_state_dict(torch.load(path)['state_dict'])
    assert bare.block_rule == rule


def test_the_rule_shows_in_no_name(weights):
    assert set(Res2Net(preset=V1B).state_dict()) == {
        k for k in weights() if not k.startswith('fc.')
    }


def test_copies_and_averages_have_hooks_of_their_own(weights):
    model = Detector()
    average = ExponentialMovingAverage(model)
    assert average.module.backbone is not model.backbone
    theirs = DIALECTS['mmdet'].from_official(
        {k: v for k, v in weights().items() if not k.startswith('fc.')}
    )
    state = {f'module.backbone.{name}': tensor for name, tensor in theirs.items()}
    average.load_state_dict(state, strict=False)
    assert average.module.backbone.block_rule == 'mmdet'
    assert holds(average.module.backbone, weights())
    assert model.backbone.block_rule == 'official'
    assert not holds(model.backbone, weights())
    copy.deepcopy(average)


def test_parameters_stand_in_mmdets_order():
    """An optimizer's state goes by position: so that of an mmdet run lands on its tensors."""
    layout = fill.reference('mmdet.res2net50_v1d_26w_4s')['layout']
    theirs = DIALECTS['mmdet'].to_official(dict.fromkeys(layout))
    ours = [name for name, _ in Res2Net(preset='res2net50_v1b_26w_4s').named_parameters()]
    assert ours == [name for name in theirs if name in set(ours)]


def test_an_optimizer_goes_on_where_it_was(tmp_path):
    model, other = Detector(), Detector()
    for net in (model, other):
        net.optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for net in (model, other):
        net.eval()
    loss = sum(feature.square().mean() for feature in model(torch.rand(1, 3, 32, 32)))
    loss.backward()
    model.optimizer.step()
    path = tmp_path / 'own.pth'
    torch.save(dict(state_dict=model.state_dict(), optimizer=model.optimizer.state_dict()), path)
    saved = torch.load(path)
    other.load_state_dict(saved['state_dict'])
    other.optimizer.load_state_dict(saved['optimizer'])
    mine = {n: model.optimizer.state[p] for n, p in model.named_parameters()}
    for name, parameter in other.named_parameters():
        momentum = other.optimizer.state[parameter].get('momentum_buffer')
        if momentum is not None:
            assert torch.equal(momentum, mine[name]['momentum_buffer'])
