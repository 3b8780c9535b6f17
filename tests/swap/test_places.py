"""Which networks of a config are swapped."""

import pytest
from swap_configs import LAD, TRACK, V1B

from res2net_mm import swap


@pytest.mark.parametrize(('name', 'stays'), [(LAD, 'teacher_backbone'), (TRACK, 'reid')])
def test_networks_with_weights_of_their_own_stay(name, stays, load):
    cfg = load(name)
    swapped = swap(cfg, V1B, check=False)
    assert swapped.config.model[stays] == cfg.model[stays]
    assert f'model.{stays} stays' in str(swapped)
