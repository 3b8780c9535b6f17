import pytest

from res2net_mm.errors import UserError
from res2net_mm.layers import BLOCK_RULES, split_flow


@pytest.mark.parametrize('rule', BLOCK_RULES)
def test_all_rules_agree_but_for_the_first_block_at_stride_1(rule):
    assert split_flow(rule, first=True, stride=2)[:2] == (False, True)
    assert split_flow(rule, first=False, stride=1)[:2] == (True, False)


@pytest.mark.parametrize(
    ('rule', 'flow'),
    [
        ('official', (False, True)),
        ('mmdet', (False, False)),
        ('paddle', (True, False)),
        ('dla', (True, False)),
    ],
)
def test_first_block_at_stride_1(rule, flow):
    assert split_flow(rule, first=True, stride=1)[:2] == flow


@pytest.mark.parametrize('rule', BLOCK_RULES)
def test_only_paddles_pooling_does_not_count_the_padding(rule):
    assert split_flow(rule, first=True, stride=2).pool_padding == (rule != 'paddle')


def test_unknown_rule_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match=r"'timm'.*official, mmdet, paddle, dla"):
        split_flow('timm', first=True, stride=1)
