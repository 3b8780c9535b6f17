"""Every kind of backbone is run, and one that does not run is a problem."""

import pytest
import torch

from res2net_mm.doctor import backbones


def test_every_preset_is_of_a_kind_that_is_run():
    from res2net_mm.backbones import Res2NetStage
    from res2net_mm.backbones.base import Res2NetBackbone
    from res2net_mm.presets import PRESETS
    from res2net_mm.registry import MODELS

    kinds = backbones.families()
    run = {PRESETS[name].backbone for name in kinds.values()}
    registered = {
        name
        for name, kind in MODELS.module_dict.items()
        if isinstance(kind, type) and issubclass(kind, Res2NetBackbone) and kind is not Res2NetStage
    }
    assert run == registered
    settings = {
        frozenset(preset.arguments) & {'stem', 'groups', 'se'} for preset in PRESETS.values()
    }
    assert len(kinds) >= len(settings)


@pytest.mark.parametrize('fault', ['raises', 'nan', 'channels', ''])
def test_a_backbone_that_does_not_run(fault, monkeypatch):
    from res2net_mm import backbones as package

    real = package.build

    def build(name):
        backbone = real(name)
        if fault == 'raises':
            raise RuntimeError('no kernel')
        if fault == 'nan':
            backbone.layer4[-1].bn3.bias.data.fill_(torch.nan)
        if fault == 'channels':
            backbone.out_channels = (1, 2, 3, 4)
        return backbone

    monkeypatch.setattr(package, 'build', build)
    monkeypatch.setattr(backbones, 'families', lambda: {'Res2Net': 'res2net_light_14w_4s'})
    (result,) = backbones.check_backbones()
    words = dict(
        raises='no kernel', nan='not finite', channels='expected (1, 2', **{'': '1024x2x2'}
    )
    assert words[fault] in result.found
    assert result.ok is not bool(fault)


@pytest.mark.parametrize(('built', 'says'), [(True, 'compiled'), (False, 'not compiled')])
def test_kernels_that_are_not_there_are_said_and_no_fault(built, says, monkeypatch):
    monkeypatch.setattr('res2net_mm.acceleration.kernels.are_built', lambda: built)
    (result,) = backbones.check_kernels()
    assert result.found.startswith(says)
    assert result.ok
