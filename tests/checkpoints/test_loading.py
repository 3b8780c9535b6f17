import mmcv.ops  # noqa: F401  (registers DCNv2)
import pytest
import torch
from small_weights import holds, without

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import DIALECTS, load_weights
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
