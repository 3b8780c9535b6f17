"""What was checked is what runs: float32, whatever the processor offers."""

import pytest
import torch

from res2net_mm import Res2Net
from res2net_mm.deploy.export import export, open_exported

openvino = pytest.importorskip('openvino')


def test_a_file_runs_in_float32_and_says_so(tmp_path, nothing_open):
    torch.manual_seed(0)
    backbone = Res2Net(stage_blocks=(1,), base_width=4, scales=4).eval()
    images = [torch.randn(2, 3, 32, 32).numpy()]
    export(backbone, tmp_path / 'x.xml', images=images, say=lambda text: None)
    opened = open_exported(tmp_path / 'x.xml')
    assert opened.compiled.get_property('INFERENCE_PRECISION_HINT') == openvino.Type.f32
    assert opened.metadata['openvino_config'] == {'INFERENCE_PRECISION_HINT': 'f32'}
