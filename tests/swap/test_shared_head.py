"""The shared head of a C4 detector."""

from swap_configs import C4, FROZEN_BN, V1B, WEIGHTS

from res2net_mm import swap


def test_the_shared_head_is_the_stage_of_the_same_network(load):
    head = swap(load(C4), V1B, check=False).config.model.roi_head.shared_head
    assert head.to_dict() == dict(
        type='res2net_mm.Res2NetStage',
        preset=V1B,
        stage=3,
        stride=2,
        dilation=1,
        norm_cfg=FROZEN_BN,
        norm_eval=True,
        init_cfg=WEIGHTS,
    )
