"""What fits a backbone, may lack or may be left over; the likely cause where weights do not fit."""

import mmcv.ops  # noqa: F401  (registers DCNv2)
import pytest
import torch
from small_weights import holds, without

from res2net_mm.backbones import Res2Net, Res2NetDLA
from res2net_mm.checkpoints import load_weights
from res2net_mm.checkpoints.fitting import likely_cause
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


V1 = 'res2net_light_26w_4s'
V1B = 'res2net_light_v1b_26w_4s'


@pytest.mark.parametrize(
    ('have', 'want', 'message'),
    [
        (
            dict(preset=V1),
            dict(preset=V1B),
            f'these are v1 weights: the 7x7 stem is missing; use preset {V1}',
        ),
        (
            dict(preset=V1B),
            dict(preset=V1),
            f'v1b weights: the deep stem is missing; use preset {V1B}',
        ),
        (dict(preset=V1), dict(preset=V1, se=16), 'without squeeze-and-excitation'),
        (dict(preset=V1, se=8), dict(preset=V1), 'with squeeze-and-excitation'),
        (
            dict(preset=V1),
            dict(preset='res2net_light_14w_4s'),
            f'splits begin with 13 channels, the network has 7; use preset {V1}',
        ),
        (dict(preset=V1, scales=3), dict(preset=V1), 'weights of 3 scales, the network has 4'),
        (
            dict(preset=V1, base_width=24, groups=2),
            dict(preset=V1, base_width=48),
            'weights of 2 groups, the network has 1',
        ),
        (dict(preset=V1), dict(preset=V1, avg_down=True), 'without average-pooled shortcuts'),
        (
            dict(stage_blocks=(1, 1, 1, 1), base_channels=32),
            dict(preset=V1),
            '14-layer weights, the network has 26',
        ),
    ],
)
def test_the_wrong_family_is_named(weights, save, have, want, message):
    state = Res2Net(**have).state_dict()
    with pytest.raises(UserError, match='does not fit the backbone') as refusal:
        load_weights(Res2Net(**want), save(state))
    assert message in str(refusal.value)


def test_published_families_are_told_by_shapes_alone(save):
    for name, network in (
        ('res2net101_26w_4s', 'res2net50_26w_4s'),
        ('res2net50_14w_8s', 'res2next50'),
    ):
        with torch.device('meta'):
            state = {
                k: torch.empty(v.shape, device='meta')
                for k, v in Res2Net(preset=name).state_dict().items()
            }
            needed = Res2Net(preset=network).state_dict()
        assert likely_cause(state, needed).endswith(f'use preset {name}')


def test_dla_and_the_others_do_not_mix(weights, save):
    with pytest.raises(UserError, match='these are not DLA weights'):
        load_weights(Res2NetDLA(), save(weights(V1)))
    with pytest.raises(UserError, match='these are DLA weights; use preset res2net_dla60'):
        load_weights(Res2Net(preset=V1), save(Res2NetDLA().state_dict()))
