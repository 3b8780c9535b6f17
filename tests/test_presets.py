import re

import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.presets import (
    PRESETS,
    SOURCES,
    describe,
    find,
    find_weights,
    list_presets,
    zoo_table,
)
from res2net_mm.registry import MODELS

PUBLISHED = [preset for preset in PRESETS.values() if preset.params is not None]


def build(preset):
    with torch.device('meta'):  # shapes are enough
        return MODELS.build(dict(type=f'res2net_mm.{preset.backbone}', preset=preset.name))


@pytest.mark.parametrize('name', list_presets())
def test_every_preset_builds_with_its_block_rule(name):
    assert build(find(name)).block_rule == find(name).block_rule


@pytest.mark.parametrize('preset', PUBLISHED, ids=lambda preset: preset.name)
def test_parameter_count_is_the_published_one(preset):
    net = build(preset)
    classes = 10 if preset.classes == 100 else preset.classes  # how the paper counts for CIFAR
    classifier = (net.out_channels[-1] + 1) * classes
    count = sum(parameter.numel() for parameter in net.parameters()) + classifier
    digits = 1 if preset.classes == 100 else 2
    assert count / 1e6 == pytest.approx(preset.params, abs=0.6 * 10**-digits)


@pytest.mark.parametrize('name', list_presets())
def test_every_name_finds_its_preset(name):
    for alias in PRESETS[name].all_names:
        assert find(alias) is PRESETS[name]


@pytest.mark.parametrize(
    ('alias', 'name'),
    [
        ('res2net50d', 'res2net50_v1b_26w_4s'),
        ('timm/res2net101d.in1k', 'res2net101_v1b_26w_4s'),
        ('dla60_res2net', 'res2net_dla60'),
        ('res2net101_v1d_26w_4s', 'res2net101_v1b_26w_4s'),
        ('open-mmlab://res2net101_v1d_26w_4s', 'res2net101_v1b_26w_4s'),
        ('res2net50-w14-s8', 'res2net50_14w_8s'),
        ('Res2Net50_vd_26w_4s', 'res2net50_v1b_26w_4s'),
        ('Res2Net200_vd_26w_4s', 'res2net200_v1b_26w_4s'),
        ('se_res2net50', 'se_res2net50_26w_4s'),
        ('res2next29', 'res2next29_6c24w4s'),
    ],
)
def test_other_projects_names(alias, name):
    assert find(alias).name == name


def test_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UserError, match=r"'res2net50_26w_5s' is unknown.*res2net50_26w_4s"):
        find('res2net50_26w_5s')


def test_a_publishers_name_finds_its_file():
    assert find_weights('res2net50_v1b_26w_4s').file == 'res2net50_v1b_26w_4s-3cf99910.pth'
    assert find_weights('Res2Net50_vd_26w_4s_ssld').dialect == 'paddle'
    assert find_weights('Res2Net50_26w_4s').dialect == 'paddle'
    assert find_weights('res2net50_26w_4s').dialect == 'official'
    assert find_weights('res2net50-w14-s8').dialect == 'mmpretrain'


@pytest.mark.parametrize('preset', PRESETS.values(), ids=lambda preset: preset.name)
def test_weights_or_the_reason_why_there_are_none(preset):
    if preset.weights:
        assert find_weights(preset.name) is preset.weights[0]
    else:
        with pytest.raises(UserError, match=re.escape(preset.no_weights)):
            find_weights(preset.name)


@pytest.mark.parametrize('preset', PRESETS.values(), ids=lambda preset: preset.name)
def test_figures_have_a_source(preset):
    assert preset.sources
    assert set(preset.sources.split()) <= SOURCES.keys()
    published = (preset.params, preset.gmacs, preset.top1, preset.top5)
    assert preset.sources != 'ours' or not any(published)


def test_rows_cannot_be_changed():
    with pytest.raises(TypeError):
        PRESETS['res2net50_26w_4s'].arguments['depth'] = 101


def test_table_has_a_line_a_preset():
    lines = zoo_table().splitlines()
    assert len(lines) == 1 + len(PRESETS)
    for line, name in zip(lines[1:], PRESETS, strict=True):
        assert line.split()[0] == name


@pytest.mark.parametrize('name', list_presets())
def test_description_names_files_or_says_why_not_and_every_source(name):
    preset, text = PRESETS[name], describe(name)
    for part in (*(url for w in preset.weights for url in w.urls), preset.no_weights):
        assert part in text
    for tag in (*preset.sources.split(), *(w.source for w in preset.weights if w.top1)):
        assert SOURCES[tag] in text
