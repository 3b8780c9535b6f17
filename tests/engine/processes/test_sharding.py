"""What is refused of a run that is to be split over processes; how it trains is tested beside."""

import pytest
from mmengine.config import Config
from torch import nn

from res2net_mm import build
from res2net_mm.engine.processes.sharding import blocks_of, check_sharding
from res2net_mm.errors import UserError

AVERAGE = dict(custom_hooks=[dict(type='mmengine.EMAHook')])


@pytest.mark.parametrize(
    ('settings', 'amp', 'message'),
    [
        (dict(launcher='none'), False, 'start several'),
        (dict(launcher='pytorch'), True, 'fsdp=True and amp=True do not go together'),
        (dict(launcher='pytorch', **AVERAGE), False, 'EMAHook'),
    ],
)
def test_what_cannot_be_split(settings, amp, message):
    with pytest.raises(UserError, match=message):
        check_sharding(Config(settings), amp=amp)


def test_the_blocks_of_a_backbone_hold_most_of_its_parameters():
    backbone = build('res2net50_v1b_26w_4s')
    blocks = list(blocks_of(backbone))
    assert len(blocks) == 3 + 4 + 6 + 3
    held = {id(p) for block in blocks for p in block.parameters()}
    assert all(
        id(p) in held or name.startswith(('conv1', 'bn1'))
        for name, p in backbone.named_parameters()
    )
    assert isinstance(backbone.conv1, nn.Sequential)  # the stem is no stage
