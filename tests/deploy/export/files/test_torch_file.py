"""A file of torch.export holds its metadata, and runs."""

from res2net_mm.deploy.export.files.torch_file import TorchFile, write_torch


def test_written_and_run(tmp_path, tiny, program, is_tiny):
    metadata = dict(task='features', outputs=list(tiny.outputs))
    write_torch(program, tmp_path / 'x.pt2', metadata=metadata)
    is_tiny(TorchFile(tmp_path / 'x.pt2'), metadata)
