"""Which tensors of a checkpoint fit a backbone, may lack or may be left over."""

import mmcv.ops  # noqa: F401  (registers DCNv2)
import pytest
import torch
from small_weights import holds, without

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError

V1 = 'res2net_light_26w_4s'
V1B = 'res2net_light_v1b_26w_4s'


def test_statistics_counters_may_lack(weights, save):
    state = {k: v for k, v in weights(V1).items() if not k.endswith('num_batches_tracked')}
    report = load_weights(Res2Net(preset=V1), save(state))
    norms = report.allowed_missing['num_batches_tracked']
    assert report.loaded + norms == report.total
    assert f'allowed to be missing: num_batches_tracked ({norms})' in str(report)


def test_new_deformable_offsets_may_lack(weights, save):
    dcn = dict(type='DCNv2', deform_groups=1, fallback_on_stride=False)
    net = Res2Net(preset=V1, dcn=dcn, stage_with_dcn=(False, True, True, True))
    report = load_weights(net, save(weights(V1)))
    assert report.allowed_missing['DCN offsets'] > 0
    assert torch.equal(net.layer2[1].convs[0].weight, weights(V1)['layer2.1.convs.0.weight'])


def test_stages_that_are_not_built_go_unused(weights, save):
    net = Res2Net(preset=V1, num_stages=3)
    report = load_weights(net, save(weights(V1)))
    assert holds(net, weights(V1))
    assert 'layer4, which is not built' in str(report)


def drop(*names):
    return lambda state: without(state, *names)


def put(name, *shape):
    return lambda state: {**state, name: torch.rand(*shape)}


@pytest.mark.parametrize(
    ('spoil', 'messages'),
    [
        (drop('layer2.0.convs.1.weight'), ['incomplete', r'missing: layer2\.0\.convs\.1\.weight']),
        (drop('layer4.'), ['missing: layer4']),
        (drop('conv1.', 'bn1.'), ['the stem is missing from the file']),
        (put('layer1.7.conv1.weight', 3), ['unexpected: layer1.7.conv1.weight']),
        (put('extra.weight', 3), ['holds more', 'unexpected: extra.weight']),
        (put('layer1.0.conv1.weight', 3, 4), ['layer1.0.conv1.weight 3x4 instead of 52x']),
        (put('bn1.weight', 5), ['of another shape: bn1.weight 5 instead of 32']),
        (put('conv1.weight', 32, 1, 7, 7), ['images of 1 channels, the network takes 3']),
    ],
)
def test_one_thing_wrong(weights, save, spoil, messages):
    net = Res2Net(preset=V1)
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    with pytest.raises(UserError) as refusal:
        load_weights(net, save(spoil(weights(V1))))
    for message in messages:
        assert message.replace('\\', '') in str(refusal.value)
    assert holds(net, before), 'something was loaded all the same'
