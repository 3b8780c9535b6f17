"""Run a script in several processes that meet by gloo, as a launcher would start them."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def launch(command, *, processes=2, cwd=None, **popen) -> list[subprocess.Popen]:
    """Start a command once for each rank."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    started = []
    for rank in range(processes):
        place = dict(RANK=rank, LOCAL_RANK=rank, WORLD_SIZE=processes, OMP_NUM_THREADS=1)
        meeting = dict(MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
        paths = [str(Path(__file__).parent), os.environ.get('PYTHONPATH')]
        env = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)))
        env.update({name: str(value) for name, value in {**place, **meeting}.items()})
        started.append(
            subprocess.Popen(
                list(map(str, command)),
                cwd=cwd,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                **popen,
            )
        )
    return started


def run_together(script: Path, *arguments, processes=2, cwd=None) -> list[str]:
    """Run a script by each rank; return what each has printed."""
    started = launch([sys.executable, script, *arguments], processes=processes, cwd=cwd)
    said = [process.communicate(timeout=600)[0] for process in started]
    assert [process.returncode for process in started] == [0] * processes, '\n'.join(said)
    return said


def meet() -> int:
    """Join the other processes, in a script; return the rank."""
    import torch.distributed as dist

    dist.init_process_group('gloo')
    return dist.get_rank()


def leave() -> None:
    """End the process, in a script, once all are done."""
    import torch.distributed as dist

    dist.barrier()
    sys.stdout.flush()
    os._exit(0)  # gloo's threads abort the process now and then while Python takes itself down
