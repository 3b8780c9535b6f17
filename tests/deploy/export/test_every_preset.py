"""Every preset exports to ONNX, with all its layers."""

import numpy as np
import pytest
import torch
from spread_norms import spread_norms

import res2net_mm
from res2net_mm.deploy.export import export, open_exported
from res2net_mm.presets import PRESETS, find
from res2net_mm.registry import MODELS

LIGHT = 'res2net_light_14w_4s'
ANY_SIZE = 'open in batch, height and width from 129 px'


def pixels(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.fixture
def exported(tmp_path):
    """Export a backbone: what was said, and the file opened."""

    def make(image, model):
        spread_norms(model)
        said = []
        (file,) = export(model, tmp_path / 'x.onnx', images=[image], say=said.append)
        return said[-1], open_exported(file)

    return make


@pytest.mark.parametrize(
    'preset',
    [name if name == LIGHT else pytest.param(name, marks=pytest.mark.slow) for name in PRESETS],
)
def test_every_stage_agrees(preset, exported, nothing_open):
    model = res2net_mm.build(preset).eval()
    said, file = exported(pixels(2, 3, 64, 64), model)
    assert ', opset 20), open in nothing' in said
    stages = len(model.out_indices)
    assert f'checked: {2 * stages} maps of 2 images agree with PyTorch' in said
    assert file.metadata['opset'] == 20
    assert len(file.outputs) == stages


@pytest.mark.slow
@pytest.mark.parametrize(
    ('preset', 'cut', 'is_open', 'size'),
    [
        (LIGHT, {}, ANY_SIZE, (135, 142)),
        ('res2net_light_v1b_26w_4s', {}, ANY_SIZE, (135, 142)),
        ('se_res2next29_6c24w4s', dict(stage_blocks=(1, 1, 1)), ANY_SIZE, (135, 142)),
        # Its pooling rounds down and its convolutions up: of other sizes there is no such network.
        ('res2net_dla60', {}, 'open in batch, height and width in steps of 32 px', (160, 192)),
    ],
    ids=['light', 'deep stem', 'SE and groups', 'DLA'],
)
def test_what_is_open(preset, cut, is_open, size, exported):
    row = find(preset)
    arguments = {**row.arguments, **cut}
    model = MODELS.get(row.backbone)(block_rule=row.block_rule, **arguments)
    said, file = exported(pixels(1, 3, *size), model.eval())
    assert is_open in said
    other = pixels(3, 3, *reversed(size))
    with torch.no_grad():
        expected = model(torch.from_numpy(other))
    for a, b in zip(expected, file(other).values(), strict=True):
        assert a.shape == b.shape
        assert np.abs(a.numpy() - b).max() < 1e-4 * a.abs().max()
