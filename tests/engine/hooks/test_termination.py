"""SIGTERM from a scheduler: to one process or to all, alone or with their data workers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tiny_run import losses
from together import launch

from res2net_mm.engine.hooks.termination import TerminationHook

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from tiny_run import tiny_config
from res2net_mm.engine import train
cfg = tiny_config(workers=2, pause={pause})
cfg.train_dataloader.dataset.pause = {loading}
train(cfg, work_dir={work_dir!r}, resume=True, launcher={launcher!r})
"""


def test_a_signal_while_the_run_is_built_ends_it_whatever_catches_the_exit():
    """MMEngine formats configs in a block that makes a SyntaxError of any exception."""

    def build():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except BaseException:
            raise SyntaxError('Failed to format the config file') from None

    with pytest.raises(SystemExit) as ended, TerminationHook():
        build()
    assert ended.value.code == 143


def command(work_dir: Path, *, loading=0, launcher='none') -> list[str]:
    script = SCRIPT.format(
        folder=str(Path(__file__).parents[1]),
        work_dir=str(work_dir),
        pause=0 if loading else 0.2,
        loading=loading,
        launcher=launcher,
    )
    return [sys.executable, '-c', script]


def wait_for(file: Path, process: subprocess.Popen) -> None:
    until = time.monotonic() + 300
    while not file.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)


def assert_saved(work_dir: Path) -> None:
    """What was trained is in the checkpoint to go on from."""
    path = Path((work_dir / 'last_checkpoint').read_text())
    saved = torch.load(path, weights_only=False)['meta']['iter']  # our own file
    assert saved == len(losses(work_dir))


@pytest.mark.slow
@pytest.mark.parametrize('phase', ['training', 'validation'])
def test_a_signal_to_the_whole_group(tmp_path, phase):
    """As Slurm sends it: data workers die of it, and the run saves all the same."""
    work_dir = tmp_path / 'run'
    process = subprocess.Popen(
        command(work_dir), start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    wait_for(work_dir / ('losses.txt' if phase == 'training' else 'validated.txt'), process)
    os.killpg(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 143, errors
    assert_saved(work_dir)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('told', 'loading', 'phase'),
    [('one', 0, 'training'), ('all', 0.3, 'training'), ('all', 0, 'validation')],
    ids=['one', 'all-while-they-load', 'all-while-they-validate'],
)
def test_several_processes_stop_together(tmp_path, told, loading, phase):
    """Whoever hears of it, with or without the data workers, and whatever each waits for."""
    work_dir = tmp_path / 'run'
    started = launch(command(work_dir, loading=loading, launcher='pytorch'), start_new_session=True)
    wait_for(work_dir / ('losses.txt' if phase == 'training' else 'validated.txt'), started[1])
    if told == 'one':
        started[1].terminate()
    else:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
    said = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [143, 143], said
    assert_saved(work_dir)
