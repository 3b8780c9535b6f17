"""The last stage as a shared head: it computes what the backbone's does, with its weights."""

import pytest
import torch

from res2net_mm.backbones import Res2NetStage, build
from res2net_mm.errors import UserError

V1B = 'res2net50_v1b_26w_4s'


@pytest.mark.parametrize('preset', [V1B, 'res2net50_26w_4s', 'res2net_light_14w_4s'])
def test_it_is_the_stage_of_the_backbone(preset, tmp_path):
    torch.manual_seed(0)
    backbone = build(preset, out_indices=(2, 3)).eval()
    file = tmp_path / 'backbone.pth'
    torch.save(backbone.state_dict(), file)
    head = Res2NetStage(preset, init_cfg=dict(type='Pretrained', checkpoint=str(file)))
    head.init_weights()
    assert head.load_report.loaded == head.load_report.total
    with torch.no_grad():
        before, after = backbone(torch.rand(1, 3, 64, 64))
        torch.testing.assert_close(head.eval()(before), after)
    assert (head.in_channels, head.out_channels) == (before.shape[1], (after.shape[1],))


def test_a_norm_may_follow_that_no_checkpoint_has(tmp_path):
    preset = 'res2net_light_14w_4s'
    file = tmp_path / 'backbone.pth'
    torch.save(build(preset).state_dict(), file)
    cfg = dict(type='Pretrained', checkpoint=str(file))
    head = Res2NetStage(preset, extra_norm=True, init_cfg=cfg)
    head.init_weights()
    x = torch.rand(2, head.in_channels, 8, 8)
    after = head(x)  # in training each channel has the mean 0 and the deviation 1
    torch.testing.assert_close(
        after.mean((0, 2, 3)), torch.zeros(head.out_channels), atol=1e-4, rtol=0
    )


def test_a_checkpoint_without_the_stage_is_refused(tmp_path):
    file = tmp_path / 'three_stages.pth'
    torch.save(build('res2net_light_14w_4s', num_stages=3).state_dict(), file)
    cfg = dict(type='Pretrained', checkpoint=str(file))
    with pytest.raises(UserError, match='layer4'):
        Res2NetStage('res2net_light_14w_4s', init_cfg=cfg).init_weights()


def test_the_norms_keep_their_statistics_if_asked():
    head = Res2NetStage('res2net_light_14w_4s', norm_eval=True).train()
    assert not head.layer4[0].bn1.training
    assert head.layer4[0].bn1.weight.requires_grad


@pytest.mark.parametrize(
    ('arguments', 'named'),
    [
        (dict(preset='res2net_dla60'), 'Res2NetDLA'),
        (dict(preset=V1B, stage=4), 'stage=4'),
        (dict(preset=V1B, stage=0), 'stage=0'),
    ],
)
def test_a_wrong_argument_is_named(arguments, named):
    with pytest.raises(UserError, match=named):
        Res2NetStage(**arguments)
