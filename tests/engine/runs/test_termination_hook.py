"""SIGTERM from a scheduler: to the process alone, or to its data workers too."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tiny_run import losses

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from tiny_run import tiny_config
from res2net_mm.engine import train
cfg = tiny_config(workers=2, pause=0.2)
train(cfg, work_dir={work_dir!r}, resume=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize('phase', ['training', 'validation'])
def test_a_signal_to_the_whole_group(tmp_path, phase):
    """As Slurm sends it: data workers die of it, and the run saves all the same."""
    work_dir = tmp_path / 'run'
    script = SCRIPT.format(folder=str(Path(__file__).parent), work_dir=str(work_dir))
    process = subprocess.Popen(
        [sys.executable, '-c', script], start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    waited_for = work_dir / ('losses.txt' if phase == 'training' else 'validated.txt')
    until = time.monotonic() + 300
    while not waited_for.exists():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 143, errors
    path = Path((work_dir / 'last_checkpoint').read_text())
    saved = torch.load(path, weights_only=False)['meta']['iter']  # our own file
    assert saved == len(losses(work_dir))
