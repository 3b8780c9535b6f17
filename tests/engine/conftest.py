import pytest
import torch
from mmengine.fileio.backends import backends, prefix_to_backends
from mmengine.runner.checkpoint import CheckpointLoader

from res2net_mm.data import draw_demo_set


@pytest.fixture(scope='session')
def coco_folder(tmp_path_factory):
    """A folder in COCO layout, eight images to train on and four to test on."""
    return draw_demo_set(tmp_path_factory.mktemp('coco') / 'set', train_images=8, val_images=4)


@pytest.fixture
def undone():
    """What training changes for the whole process is undone afterwards."""
    tables = (CheckpointLoader._schemes, backends, prefix_to_backends)
    before = [table.copy() for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)
    torch.use_deterministic_algorithms(False)
