"""The command that exports: what it takes, what it writes, what it says of a fault."""

from pathlib import Path

import pytest
import torch
from tool_process import one_error, run

import res2net_mm
from res2net_mm.deploy.export import open_exported
from res2net_mm.deploy.export.export_model import export_model
from res2net_mm.errors import UserError


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    backbone = res2net_mm.build('res2net_light_14w_4s')
    torch.save(backbone.state_dict(), tmp_path / 'light.pth')
    return tmp_path / 'light.pth'


@pytest.mark.slow
def test_a_preset_on_photographs(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = []
    files = export_model('res2net_light_14w_4s', weights, say=said.append)
    assert files == [Path('res2net_light_14w_4s.onnx')]
    assert 'astronaut.png' in said[0]
    assert 'checked: 16 maps of 4 images agree with PyTorch' in said[-1]
    metadata = open_exported(files[0]).metadata
    assert metadata['task'] == 'features'
    assert metadata['normalise']['mean'] == [123.675, 116.28, 103.53]


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        (['--out', 'x.pt2'], 'must end in .onnx'),
        (['--int8'], '--int8 is for whole models'),
        (['--images', 'nowhere'], '--images nowhere is neither an image nor a folder'),
    ],
)
def test_faults_of_a_command_line_are_one_error(more, message, weights, tmp_path):
    result = run('export_model.py', 'res2net_light_14w_4s', weights, *more, cwd=tmp_path)
    assert message in one_error(result)
    assert [file.name for file in tmp_path.iterdir()] == ['light.pth']


def test_bad_choices(weights):
    with pytest.raises(UserError, match="to='tflite' must be one of onnx, openvino, torch"):
        export_model('res2net_light_14w_4s', weights, to='tflite')
    with pytest.raises(UserError, match="part='neck' must be one of model, backbone"):
        export_model('res2net_light_14w_4s', weights, part='neck')
