"""The likely cause is named when weights do not fit."""

import pytest
import torch

from res2net_mm.backbones import Res2Net, Res2NetDLA
from res2net_mm.checkpoints import load_weights
from res2net_mm.checkpoints.diagnosis import likely_cause
from res2net_mm.errors import UserError

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
