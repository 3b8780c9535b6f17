"""Any backbone settings in a config: the swapped model runs, or the swap is refused in words."""

from hypothesis import given
from hypothesis import strategies as st
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.swap import swap
from res2net_mm.swap.pyramid import measure

PRESETS = ('res2net_light_26w_4s', 'res2net_light_v1b_26w_4s')


@st.composite
def resnets(draw):
    """Settings of a ResNet as configs have them, some of which contradict each other."""
    stages = draw(st.integers(1, 4))
    indices = draw(st.lists(st.integers(0, stages - 1), min_size=1, max_size=4, unique=True))
    settings = dict(
        type='mmdet.ResNet',
        depth=draw(st.sampled_from([18, 50])),
        num_stages=stages,
        out_indices=tuple(sorted(indices)),
        frozen_stages=draw(st.integers(-1, stages)),
        norm_eval=draw(st.booleans()),
        style=draw(st.sampled_from(['pytorch', 'caffe'])),
        deep_stem=draw(st.booleans()),
        avg_down=draw(st.booleans()),
        with_cp=draw(st.booleans()),
        strides=(1, *draw(st.sampled_from([(2, 2, 2), (2, 1, 1), (2, 2, 1)])))[:stages],
        dilations=draw(st.sampled_from([(1, 1, 1, 1), (1, 1, 2, 4), (1, 1, 1, 2)]))[:stages],
    )
    dropped = draw(st.lists(st.sampled_from(['style', 'strides', 'dilations', 'avg_down'])))
    return {key: value for key, value in settings.items() if key not in dropped}


@given(resnets(), st.sampled_from(PRESETS))
def test_a_swapped_backbone_gives_maps_of_the_same_strides_or_is_refused(settings, preset):
    cfg = Config(dict(default_scope='mmdet', model=dict(type='RetinaNet', backbone=settings)))
    try:
        swapped = swap(cfg, preset, check=False).config
    except UserError:  # says why; what else it raises fails
        return
    before = measure(cfg.model.backbone, 'mmdet')
    after = measure(swapped.model.backbone, 'mmdet')
    assert swapped.model.backbone.type == 'res2net_mm.Res2Net'
    assert after.sizes == before.sizes
