"""Who has started a process, and what is wrong with how."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.engine.processes.process_group import PLACES, check_launcher, process_group
from res2net_mm.errors import UserError

TOOLS = Path(__file__).parents[3] / 'tools'


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No launcher has started this process."""
    for names in PLACES.values():
        for name in (
            *names,
            'MASTER_ADDR',
            'MASTER_PORT',
            'SLURM_STEP_NUM_TASKS',
            'SLURM_NODELIST',
        ):
            monkeypatch.setenv(name, '')


@pytest.mark.parametrize('launcher', PLACES)
def test_a_launcher_that_has_not_started_the_process(launcher):
    with pytest.raises(UserError, match=f'launcher={launcher!r} is for .*{PLACES[launcher][0]}'):
        check_launcher(launcher)


@pytest.mark.parametrize(
    ('variable', 'launcher'), [('WORLD_SIZE', 'pytorch'), ('SLURM_STEP_NUM_TASKS', 'slurm')]
)
def test_one_of_several_processes_that_is_not_told_so(monkeypatch, variable, launcher):
    """Each would train by itself and write over the others."""
    monkeypatch.setenv(variable, '2')
    with pytest.raises(UserError, match=f'one of 2 processes.*launcher={launcher!r}'):
        check_launcher('none')
    monkeypatch.setenv(variable, '1')
    check_launcher('none')


def test_slurm_tells_ranks_and_the_first_machine(monkeypatch, tmp_path):
    scontrol = tmp_path / 'scontrol'
    scontrol.write_text(
        '#!/bin/sh\n[ "$*" = "show hostname n[1-2]" ] && printf "localhost\\nn2\\n"'
    )
    scontrol.chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    told = dict(PROCID=0, NTASKS=1, LOCALID=0, NODELIST='n[1-2]')
    for name, value in told.items():
        monkeypatch.setenv(f'SLURM_{name}', str(value))
    monkeypatch.setenv('MASTER_PORT', '0')
    import torch.distributed as dist

    check_launcher('slurm')
    cfg = Config(dict(launcher='slurm', env_cfg=dict(dist_cfg=dict(backend='nccl', timeout=60))))
    with process_group(cfg):
        assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, 'gloo')
        assert os.environ['MASTER_ADDR'] == 'localhost'
    assert not dist.is_initialized()
    assert cfg.model_wrapper_cfg.type == 'res2net_mm.CPUDataParallel'


def test_a_first_machine_that_nothing_tells_is_asked_for(monkeypatch):
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    for name in PLACES['mpi']:
        monkeypatch.setenv(name, '0')
    with (
        pytest.raises(UserError, match='MASTER_ADDR is not set'),
        process_group(Config(dict(launcher='mpi'))),
    ):
        pass


def test_a_wrapper_for_gpus_is_refused_without_one(monkeypatch):
    monkeypatch.setenv('CUDA_VISIBLE_DEVICES', '')
    wrapper = dict(type='MMFullyShardedDataParallel')
    with (
        pytest.raises(UserError, match=r'MMFullyShardedDataParallel is for GPUs.*fsdp=True'),
        process_group(Config(dict(launcher='pytorch', model_wrapper_cfg=wrapper))),
    ):
        pass


@pytest.mark.parametrize(
    ('tool', 'arguments', 'started'),
    [
        (
            'dist_train.sh',
            'c.py 3 --amp',
            '--nproc_per_node=3 {}/train.py c.py --launcher pytorch --amp',
        ),
        (
            'dist_test.sh',
            'c.py e.pth 2 --data d',
            '--nproc_per_node=2 {}/test.py c.py e.pth --launcher pytorch --data d',
        ),
    ],
)
def test_what_the_scripts_start(tmp_path, tool, arguments, started):
    python = tmp_path / 'python'
    python.write_text('#!/bin/sh\necho "$@"')
    python.chmod(0o755)
    env = dict(os.environ, PATH=f'{tmp_path}:{os.environ["PATH"]}', NNODES='2', NODE_RANK='1')
    env.update(MASTER_ADDR='first', PORT='1234')

    def run(*given):
        command = ['bash', TOOLS / tool, *given]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    where = '--nnodes=2 --node_rank=1 --master_addr=first --master_port=1234'
    expected = f'-m torch.distributed.run {where} {started.format(TOOLS)}'
    assert run(*arguments.split()).stdout.strip() == expected
    short = run('c.py')
    assert short.returncode == 2
    assert f'tools/{tool} CONFIG' in short.stderr


@pytest.mark.slow
def test_a_tool_started_by_the_wrong_hand_is_one_error(tmp_path):
    env = dict(os.environ, WORLD_SIZE='2', RANK='0')
    config = TOOLS.parent / 'configs/faster_rcnn_r2n_light_fpn_demo.py'
    for tool in (['train.py', config], ['test.py', config, config]):
        command = [sys.executable, TOOLS / tool[0], *tool[1:], '--work-dir', tmp_path]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert 'error: this is one of 2 processes' in done.stderr
        assert 'Traceback' not in done.stderr
