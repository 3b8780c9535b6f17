"""Runs the tools in this process on inputs that are wrong, and sees that each says so and stops.

A table of a kind of thing is a dict: what is wrong -> how it is made wrong, and words that the
message must hold. ``refused`` runs one row.
"""

import hashlib
import os
import runpy
import signal
import sys
from pathlib import Path

import pytest
from mmengine.fileio.backends import backends, prefix_to_backends
from mmengine.fileio.handlers.registry_utils import file_handlers
from mmengine.runner.checkpoint import CheckpointLoader

ROOT = Path(__file__).parents[2]
PATIENCE = 30  # s, before a tool is taken to hang
LONGEST = 1750  # letters of a message that somebody reads

sys.path.insert(0, str(ROOT / 'tools'))


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """A function ``(tool, *arguments, says=...)`` that returns the one message of a tool.

    It fails unless the tool ends by itself with a status that is not 0, says what is wrong once and
    without a traceback, and leaves every file below the test's folder as it was. New ones may lie
    in the work directory of a run that had begun.
    """
    monkeypatch.chdir(tmp_path)

    def run(tool: str, *arguments: object, says: str | tuple[str, ...] = ()) -> str:
        before = _snapshot(tmp_path)
        status, out, err = _run(tool, arguments, monkeypatch, capsys)
        assert status, f'ended well:\n{out[-2000:]}{err[-2000:]}'
        assert 'Traceback' not in out + err
        message = _message(tool, out, err)
        assert len(message) < LONGEST, message
        for words in [says] if isinstance(says, str) else says:
            assert words in message
        _check_unchanged(before, _snapshot(tmp_path))
        return message

    return run


@pytest.fixture(autouse=True)
def process_as_before():
    """What loading a config teaches MMEngine is not known to the next test."""
    tables = CheckpointLoader._schemes, backends, prefix_to_backends, file_handlers
    before = [table.copy() for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)


def _run(tool: str, arguments, monkeypatch, capsys) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, 'argv', [f'{tool}.py', *map(str, arguments)])
    capsys.readouterr()
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(PATIENCE)
    try:
        if (ROOT / f'tools/{tool}.py').exists():
            runpy.run_path(str(ROOT / f'tools/{tool}.py'), run_name='__main__')
        else:
            runpy.run_module(f'lab.{tool}', run_name='__main__')
        status = 0
    except SystemExit as error:
        status = error.code
    finally:
        signal.alarm(0)
    return (status, *capsys.readouterr())


def _hangs(*_) -> None:
    raise AssertionError(f'still running after {PATIENCE} s')


def _message(tool: str, out: str, err: str) -> str:
    """What follows ``error:`` (argparse puts the tool's name before it), or the findings."""
    errors = err.splitlines(keepends=True)
    starts = [i for i, line in enumerate(errors) if line.startswith(('error: ', f'{tool}.py: err'))]
    if not starts and tool == 'check_data':
        found = [line for line in out.splitlines() if line.lstrip().startswith(('PROBLEM', 'fix'))]
        assert found, f'no problem named:\n{out}{err}'
        return '\n'.join(found)
    assert len(starts) == 1, f'{len(starts)} errors:\n{out}{err}'
    return ''.join(errors[starts[0] :])


def _snapshot(folder: Path) -> dict[str, object]:
    """What each path below a folder is: its content, where it leads, or that it is a folder."""
    found = {}
    for path in folder.rglob('*'):
        if path.is_symlink():
            state = os.readlink(path)
        elif path.is_file():
            state = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            state = 'folder'
        found[path.relative_to(folder).as_posix()] = state
    return found


def _check_unchanged(before: dict, after: dict) -> None:
    assert {name: after.get(name) for name in before} == before
    new = after.keys() - before.keys()
    assert not [name for name in new if '.partial-' in name]
    assert not [name for name in new if not name.startswith('work_dirs')]
