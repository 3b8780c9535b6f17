"""A file that cannot be opened is refused with one error that names it."""

import pytest

from res2net_mm.deploy.export import open_exported
from res2net_mm.errors import UserError


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
