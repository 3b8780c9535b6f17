"""The arguments of a ResNet become those of a Res2Net, used in the same way."""

import pytest
from swap_configs import (
    BN,
    CAFFE,
    DCN,
    DETR,
    FASTER,
    FROZEN_BN,
    GCB,
    MG124,
    SYNC_BN,
    V1B,
    WEIGHTS,
    use,
)

from res2net_mm import swap
from res2net_mm.errors import UserError


@pytest.mark.parametrize(
    ('name', 'kept'),
    [
        (FASTER, dict(frozen_stages=1, norm_cfg=BN, norm_eval=True)),
        (CAFFE, dict(frozen_stages=1, norm_cfg=FROZEN_BN, norm_eval=True)),
        (
            DCN,
            dict(
                frozen_stages=1,
                norm_cfg=BN,
                norm_eval=True,
                dcn=dict(type='DCN', deform_groups=1, fallback_on_stride=False),
                stage_with_dcn=(False, True, True, True),
            ),
        ),
        (
            GCB,
            dict(
                frozen_stages=1,
                norm_cfg=SYNC_BN,
                norm_eval=False,
                plugins=[
                    dict(
                        cfg=dict(type='ContextBlock', ratio=0.25),
                        stages=(False, True, True, True),
                        position='after_conv3',
                    )
                ],
            ),
        ),
        (
            MG124,
            dict(
                norm_cfg=SYNC_BN,
                norm_eval=False,
                strides=(1, 2, 2, 1),
                dilations=(1, 1, 1, 2),
                multi_grid=(1, 2, 4),
                contract_dilation=True,
            ),
        ),
        (DETR, dict(frozen_stages=1, norm_cfg=FROZEN_BN, norm_eval=True, out_indices=(3,))),
    ],
)
def test_what_the_original_meant_stays(name, kept, load):
    assert use(swap(load(name), V1B, check=False).config) == {**kept, 'init_cfg': WEIGHTS}


def test_what_a_class_does_by_default_is_meant_too(load):
    cfg = load(FASTER)
    del cfg.model.backbone['norm_eval']  # MMDetection's ResNet holds its statistics by default
    assert use(swap(cfg, V1B, check=False).config)['norm_eval'] is True


def test_an_argument_of_unknown_meaning_is_refused(load):
    cfg = load(FASTER)
    cfg.model.backbone.drop_block = 0.1
    with pytest.raises(UserError, match='drop_block'):
        swap(cfg, V1B, check=False)
