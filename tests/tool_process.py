"""The tools in processes of their own, and what a user reads of an error."""

import io
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[1] / 'tools'
# What takes each tool seconds to import; the package first, beside which torchvision is importable.
IMPORTED_ONCE = ['res2net_mm', 'mmdet.apis', 'mmseg.apis', 'res2net_mm.engine', 'res2net_mm.report']


def run_afresh(tool: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    """Run a tool as a user does."""
    command = [sys.executable, TOOLS / tool, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def run(tool: str, *arguments: object, cwd: Path, **env: str) -> subprocess.CompletedProcess:
    """Run a tool in a fork of a process that has imported everything: the same, but for seconds."""
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(IMPORTED_ONCE)
    command = [str(TOOLS / tool), *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ('stdout', 'stderr')]
        process = context.Process(target=_become, args=(command, cwd, {**os.environ, **env}, said))
        process.start()
        process.join()
        texts = [file.read_text(encoding='utf-8') for file in said]
    return subprocess.CompletedProcess(command, process.exitcode, *texts)


def _become(command: list[str], cwd: Path, environ: dict[str, str], said: list[Path]) -> None:
    for number, (name, file) in enumerate(zip(('stdout', 'stderr'), said, strict=True), 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT), number)
        raw = os.fdopen(number, 'wb', buffering=0, closefd=False)
        setattr(sys, name, io.TextIOWrapper(raw, encoding='utf-8', write_through=True))
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(cwd)
    sys.argv = command
    sys.path.insert(0, str(TOOLS))
    runpy.run_path(command[0], run_name='__main__')


def one_error(done: subprocess.CompletedProcess) -> str:
    """The one line a user reads."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert 'Traceback' not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith('error: ')]
    assert len(errors) == 1
    return errors[0]
