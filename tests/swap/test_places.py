"""Which networks of a config are swapped."""

import pytest
from swap_configs import ARCFACE, LAD, SPARK, TRACK, V1B

from res2net_mm import swap
from res2net_mm.errors import UserError


@pytest.mark.parametrize(('name', 'stays'), [(LAD, 'teacher_backbone'), (TRACK, 'reid')])
def test_networks_with_weights_of_their_own_stay(name, stays, load):
    cfg = load(name)
    swapped = swap(cfg, V1B, check=False)
    assert swapped.config.model[stays] == cfg.model[stays]
    assert f'model.{stays} stays' in str(swapped)


def test_the_backbone_of_a_retriever_stands_before_its_necks(load):
    swapped = swap(load(ARCFACE), V1B, check=False)
    backbone, neck = swapped.config.model.image_encoder
    assert (backbone['type'], neck['type']) == ('res2net_mm.Res2Net', 'GlobalAveragePooling')


def test_a_backbone_that_does_more_than_give_maps_is_refused(load):
    with pytest.raises(UserError, match='SparK hides parts of the image'):
        swap(load(SPARK), V1B)
