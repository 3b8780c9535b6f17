"""Each format is written, opened and run; a file that cannot be opened is refused by name."""

import numpy as np
import pytest
import torch

from res2net_mm import Res2Net
from res2net_mm.deploy.export import export, open_exported
from res2net_mm.deploy.export.files import OPSET, OnnxFile, TorchFile, write_onnx, write_torch
from res2net_mm.deploy.export.models.exportable import Exportable
from res2net_mm.errors import UserError


class Tiny(Exportable):
    task = 'features'
    outputs = ('stage1', 'stage2')

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)

    def forward(self, image):
        x = self.conv(image)
        return x, x.relu()


@pytest.fixture
def tiny():
    torch.manual_seed(0)
    return Tiny().eval()


@pytest.fixture
def image():
    return np.random.default_rng(0).normal(size=(2, 3, 9, 8)).astype(np.float32)


@pytest.fixture
def program(tiny, image):
    return torch.export.export(tiny, (torch.from_numpy(image),))


@pytest.fixture
def is_tiny(tiny, image):
    """Whether an opened file computes what the network does."""

    def check(opened, metadata):
        assert opened.metadata == metadata
        assert list(opened.outputs) == list(tiny.outputs)
        found = opened(image)
        for name, expected in zip(tiny.outputs, tiny(torch.from_numpy(image)), strict=True):
            np.testing.assert_allclose(found[name], expected.detach(), rtol=1e-4, atol=1e-5)

    return check


def test_an_onnx_file_holds_weights_and_metadata_but_no_paths(tmp_path, tiny, program, is_tiny):
    import onnx

    file = tmp_path / 'x.onnx'
    metadata = dict(task='features', classes=['ä'], outputs=list(tiny.outputs))
    write_onnx(program, file, metadata)
    is_tiny(OnnxFile(file), metadata)
    model = onnx.load(file)
    assert [entry.version for entry in model.opset_import if not entry.domain] == [OPSET]
    assert [path.name for path in tmp_path.iterdir()] == ['x.onnx']
    assert b'.py' not in file.read_bytes()


def test_a_torch_file_holds_its_metadata_and_runs(tmp_path, tiny, program, is_tiny):
    metadata = dict(task='features', outputs=list(tiny.outputs))
    write_torch(program, tmp_path / 'x.pt2', metadata)
    is_tiny(TorchFile(tmp_path / 'x.pt2'), metadata)


def test_an_openvino_file_runs_in_float32_and_says_so(tmp_path, nothing_open):
    openvino = pytest.importorskip('openvino')
    torch.manual_seed(0)
    backbone = Res2Net(stage_blocks=(1,), base_width=4, scales=4).eval()
    images = [torch.randn(2, 3, 32, 32).numpy()]
    export(backbone, tmp_path / 'x.xml', images=images, say=lambda text: None)
    opened = open_exported(tmp_path / 'x.xml')
    assert opened.compiled.get_property('INFERENCE_PRECISION_HINT') == openvino.Type.f32
    assert opened.metadata['openvino_config'] == {'INFERENCE_PRECISION_HINT': 'f32'}


@pytest.fixture
def foreign(tmp_path):
    """An ONNX file without our metadata."""
    import onnx
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info('image', TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info('same', TensorProto.FLOAT, [1])
    node = helper.make_node('Identity', ['image'], ['same'])
    model = helper.make_model(
        helper.make_graph([node], 'g', [value], [other]),
        opset_imports=[helper.make_opsetid('', 20)],
        ir_version=10,
    )
    onnx.save(model, tmp_path / 'other.onnx')
    return tmp_path / 'other.onnx'


def test_a_file_of_another_program(foreign):
    with pytest.raises(UserError, match='is not a file that `res2net-mm export` wrote'):
        open_exported(foreign)


@pytest.mark.parametrize('suffix', ['.onnx', '.xml', '.pt2'])
def test_a_damaged_file(suffix, tmp_path):
    for name in (f'x{suffix}', 'x.bin'):
        (tmp_path / name).write_bytes(b'garbage')
    with pytest.raises(UserError, match=rf'x\{suffix} is not a file that'):
        open_exported(tmp_path / f'x{suffix}')


def test_missing_files_folders_and_other_suffixes(tmp_path):
    (tmp_path / 'x.xml').write_text('<net/>')
    (tmp_path / 'folder.onnx').mkdir()
    for name, message in {
        'none.onnx': 'none.onnx does not exist',
        'x.xml': 'x.bin does not exist',
        'folder.onnx': 'folder.onnx is a folder',
        'x.pth': r'must end in one of \.onnx, \.xml, \.pt2',
    }.items():
        with pytest.raises(UserError, match=message):
            open_exported(tmp_path / name)
