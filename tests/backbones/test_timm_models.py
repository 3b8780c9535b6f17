"""Presets in timm.create_model; without timm, one sentence."""

import sys

import pytest
import torch

import res2net_mm
from res2net_mm.backbones.timm_models import PREFIX, _dilated, register_timm_models
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, find

LIGHT = 'res2net_light_v1b_26w_4s'


def test_without_timm_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, 'timm.models', None)
    with pytest.raises(UserError, match=r'pip install timm.*res2net_mm\.build'):
        register_timm_models()


@pytest.mark.parametrize('output_stride', [8, 16, 32])
def test_output_stride_dilates_the_last_stages(output_stride):
    preset = find(LIGHT)
    net = res2net_mm.build(LIGHT, **_dilated(preset, output_stride)).eval()
    with torch.no_grad():
        assert net(torch.zeros(1, 3, 64, 64))[-1].shape[-1] == 64 // output_stride


@pytest.mark.parametrize(
    ('preset', 'output_stride'), [(LIGHT, 4), ('res2net_dla60', 16), ('res2next29', 8)]
)
def test_another_output_stride_is_refused(preset, output_stride):
    with pytest.raises(UserError, match=f'output_stride={output_stride}'):
        _dilated(find(preset), output_stride)


class TestWithTimm:
    @pytest.fixture(autouse=True)
    def timm(self):
        timm = pytest.importorskip('timm')
        assert register_timm_models() == register_timm_models()
        return timm

    def test_every_preset_has_a_name(self, timm):
        assert set(timm.list_models(f'{PREFIX}*')) == {f'{PREFIX}{name}' for name in PRESETS}
        published = {f'{PREFIX}{p.name}' for p in PRESETS.values() if p.weights}
        assert set(timm.list_models(f'{PREFIX}*', pretrained=True)) == published

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ('ours', 'theirs', 'options'),
        [
            ('res2net50_26w_4s', 'res2net50_26w_4s', {}),
            ('res2net50_26w_4s', 'res2net50_26w_4s', dict(output_stride=8)),
            ('res2net50_26w_4s', 'res2net50_26w_4s', dict(output_stride=16)),
            ('res2net50_v1b_26w_4s', 'res2net50d', {}),
            ('res2net_dla60', 'dla60_res2net', {}),
        ],
    )
    def test_it_computes_what_timms_own_does(self, timm, ours, theirs, options, tmp_path):
        """Timm's networks at random weights; its DLA has one feature more, at full resolution."""
        torch.manual_seed(0)
        whole = timm.create_model(theirs, **options).eval()
        torch.save(whole.state_dict(), tmp_path / 'weights.pth')
        reference = timm.create_model(theirs, features_only=True, **options).eval()
        reference.load_state_dict(whole.state_dict(), strict=False)
        net = timm.create_model(
            f'{PREFIX}{ours}',
            features_only=True,
            pretrained_cfg_overlay=dict(file=str(tmp_path / 'weights.pth')),
            **options,
        ).eval()
        image = torch.rand(1, 3, 64, 96)
        with torch.no_grad():
            found, expected = net(image), reference(image)[-5:]
        assert isinstance(found, list)
        for a, b in zip(found, expected, strict=True):
            torch.testing.assert_close(a, b, rtol=0, atol=1e-5 * float(b.abs().max()))
        assert net.feature_info.channels() == reference.feature_info.channels()[-5:]
        assert net.feature_info.reduction() == reference.feature_info.reduction()[-5:]
        assert net.feature_info.channels() == [feature.shape[1] for feature in found]

    @pytest.mark.parametrize('out_indices', [(1, 2, 3, 4), (-1,), (0,), 2])
    def test_the_features_that_are_asked_for(self, timm, out_indices):
        net = timm.create_model(
            f'{PREFIX}{LIGHT}', features_only=True, out_indices=out_indices, in_chans=1
        ).eval()
        with torch.no_grad():
            features = net(torch.zeros(1, 1, 64, 64))
        assert net.feature_info.channels() == [feature.shape[1] for feature in features]
        assert net.feature_info.reduction() == [64 // feature.shape[2] for feature in features]

    def test_its_images_are_described(self, timm):
        net = timm.create_model(f'{PREFIX}{LIGHT}', features_only=True)
        config = timm.data.resolve_data_config(model=net)
        assert config['mean'] == pytest.approx((0.485, 0.456, 0.406))
        assert config['input_size'] == (3, 224, 224)

    @pytest.mark.parametrize(
        ('arguments', 'message'),
        [
            ({}, 'features_only=True'),
            (dict(features_only=True, out_indices=(7,)), r'out_indices=\(7,\)'),
            (dict(features_only=True, pretrained=True), 'it has no weights'),
            (dict(features_only=True, cache_dir='x'), 'TORCH_HOME'),
        ],
    )
    def test_what_it_does_not_do_is_said(self, timm, arguments, message):
        with pytest.raises(UserError, match=message):
            timm.create_model(f'{PREFIX}{LIGHT}', **arguments)
