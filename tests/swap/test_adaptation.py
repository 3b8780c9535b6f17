"""A backbone is used as its preset and its weights allow."""

from swap_configs import BN, CAFFE, DCN, GN, SCRATCH, V1B, WEIGHTS, use

from res2net_mm import swap


def test_norms_and_convolutions_fit_the_weights(load):
    swapped = swap(load(GN), V1B, check=False)
    assert use(swapped.config) == dict(
        frozen_stages=1, norm_cfg=BN, norm_eval=True, init_cfg=WEIGHTS
    )
    assert 'GN -> BN' in str(swapped)
    assert 'ConvWS -> None' in str(swapped)


def test_what_started_from_random_weights_still_does(load):
    group_norm = dict(type='GN', requires_grad=True, num_groups=32)
    swapped = swap(load(SCRATCH), V1B, check=False)
    assert use(swapped.config) == dict(frozen_stages=-1, norm_cfg=group_norm)
    assert 'random values, as the original' in str(swapped)


def test_a_preset_without_weights_trains_whole(load):
    swapped = swap(load(CAFFE), 'res2net_light_26w_4s', check=False)
    backbone = swapped.config.model.backbone
    assert 'init_cfg' not in backbone
    assert backbone.frozen_stages == -1
    assert not backbone.norm_eval
    assert backbone.norm_cfg == BN
    assert 'random weights have to train' in str(swapped)


def test_a_split_that_deformable_groups_do_not_divide(load):
    cfg = load(DCN)
    cfg.model.backbone.dcn.deform_groups = 8
    swapped = swap(cfg, V1B, check=False)  # 52 channels a split
    assert swapped.config.model.backbone.dcn.deform_groups == 4
    assert 'deform_groups: 8 -> 4' in str(swapped)
