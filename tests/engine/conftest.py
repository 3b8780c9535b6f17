from pathlib import Path

import pytest
import torch
from mmengine.runner import runner as mmengine_runner
from tiny_run import tiny_config

from res2net_mm.engine import train
from res2net_mm.openmmlab.internals import formatting_module


@pytest.fixture
def tiny(tmp_path, monkeypatch, undone):
    """Train the tiny run in a work directory of the given name."""
    # Most of the time of a run this short goes into the layout of the config's text and into what
    # compilers there are.
    monkeypatch.setattr(formatting_module(), 'FormatCode', lambda text, **_: (text, False))
    monkeypatch.setattr(mmengine_runner, 'collect_env', dict)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)

    def run(name='run', *, change=None, resume=False, training=(), deterministic=False, **options):
        cfg = tiny_config(**options)
        cfg.merge_from_dict(change or {})
        work_dir = tmp_path / name
        more = dict(deterministic=deterministic, **dict(training))
        return train(cfg, work_dir=work_dir, resume=resume, **more)

    yield run
    torch.set_num_threads(threads)


@pytest.fixture
def log_of():
    """Return what a runner has logged.

    It is read from where the logger writes: MMEngine names loggers by the second, so that of a run
    begun in the same second is the same, and writes to the first one's file.
    """

    def read(runner):
        files = [getattr(handler, 'baseFilename', None) for handler in runner.logger.handlers]
        return ''.join(Path(file).read_text() for file in files if file)

    return read
