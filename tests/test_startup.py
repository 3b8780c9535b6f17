"""Which programs wait with their imports until they have read their arguments."""

import multiprocessing
import subprocess
import sys

import pytest

from res2net_mm.startup import TOOLS, is_command


@pytest.mark.parametrize(
    ('program', 'answer'),
    [
        ('/usr/bin/res2net-mm', True),
        ('C:/Scripts/res2net-mm.exe', True),
        (str(TOOLS / 'train.py'), True),
        ('/elsewhere/tools/train.py', False),
        ('script.py', False),
        ('-c', False),
        ('', False),
    ],
)
def test_the_program_tells(program, answer, monkeypatch):
    monkeypatch.setattr(sys, 'argv', [program])
    assert is_command() is answer


@pytest.mark.parametrize(
    ('words', 'answer'),
    [
        (['-m', 'res2net_mm', 'train'], True),
        (['-X', 'dev', '-m', 'res2net_mm'], True),
        (['-m', 'pytest'], False),
        (['-m', 'res2net_mm_other'], False),
    ],
)
def test_the_module_that_is_run_tells(words, answer, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['-m'])
    monkeypatch.setattr(sys, 'orig_argv', ['python', *words])
    assert is_command() is answer


def test_a_worker_process_of_a_command_is_none(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['res2net-mm'])
    monkeypatch.setattr(multiprocessing, 'parent_process', lambda: object())
    assert not is_command()


def test_a_command_gets_the_public_names_when_it_asks_for_one(tmp_path):
    (tmp_path / 'res2net-mm').write_text(
        'import sys, res2net_mm\n'
        'assert "torch" not in sys.modules\n'
        'from res2net_mm import swap\n'
        'assert callable(swap) and callable(res2net_mm.build)\n'
        'try:\n'
        '    res2net_mm.nothing\n'
        'except AttributeError:\n'
        '    print("done")\n'
    )
    command = [sys.executable, tmp_path / 'res2net-mm']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == 'done\n', done.stderr
