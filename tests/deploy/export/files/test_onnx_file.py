"""An ONNX file holds its weights and its metadata, and no paths of this machine."""

from res2net_mm.deploy.export.files.onnx_file import OPSET, OnnxFile, write_onnx


def test_written_and_run(tmp_path, tiny, program, is_tiny):
    import onnx

    file = tmp_path / 'x.onnx'
    metadata = dict(task='features', classes=['ä'])
    write_onnx(program, file, outputs=tiny.outputs, metadata=metadata)
    is_tiny(OnnxFile(file), metadata)
    model = onnx.load(file)
    assert [entry.version for entry in model.opset_import if not entry.domain] == [OPSET]
    assert [path.name for path in tmp_path.iterdir()] == ['x.onnx']
    assert b'.py' not in file.read_bytes()
