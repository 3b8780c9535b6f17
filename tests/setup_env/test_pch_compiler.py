"""The compiler command, with a compiler that only notes what it is called with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / 'tools'

FAKE_COMPILER = """#!{python}
import json, os, sys
from pathlib import Path
here = Path(__file__).parent
words = sys.argv[1:]
with open(here / 'calls', 'a') as calls:
    calls.write(json.dumps(words) + chr(10))
if 'c++-header' in words:
    if (here / 'no-header').exists():
        sys.exit(1)
    Path(words[words.index('-o') + 1]).write_text('precompiled')
elif '-include' in words and (here / 'no-include').exists():
    sys.exit(1)
elif (here / 'broken').exists():
    sys.exit(7)
"""


@pytest.fixture
def compiler(tmp_path):
    """A function that runs the wrapper: its exit status, the real compiler's calls."""
    fake = tmp_path / 'g++'
    fake.write_text(FAKE_COMPILER.format(python=sys.executable))
    fake.chmod(0o755)
    (tmp_path / 'headers').mkdir()

    def run(*words, standard=None):
        (tmp_path / 'calls').write_text('')
        environ = {
            'PATH': os.environ['PATH'],
            'PCH_REAL_CXX': str(fake),
            'PCH_DIR': str(tmp_path / 'headers'),
        } | ({'PCH_CXX_STD': standard} if standard else {})
        command = [sys.executable, str(TOOLS / 'environment' / 'pch_compiler.py'), *words]
        done = subprocess.run(command, env=environ, capture_output=True)
        return done.returncode, [json.loads(c) for c in (tmp_path / 'calls').open()]

    return run


COMPILE = ['-O2', '-std=c++17', '-MMD', '-MF', 'a.d', '-c', 'a.cpp', '-o', 'a.o']


def test_the_header_is_made_once_with_the_flags_of_the_compile(compiler):
    status, (header, compile_) = compiler(*COMPILE, '-DTORCH_EXTENSION_NAME=_ext')
    assert status == 0
    assert header[:4] == ['-x', 'c++-header', '-O2', '-std=c++17']
    assert 'a.cpp' not in header
    assert '-DTORCH_EXTENSION_NAME=_ext' not in header
    assert Path(compile_[1]).read_text() == '#include <torch/types.h>\n'
    assert Path(f'{compile_[1]}.gch').read_text() == 'precompiled'
    assert compile_[2:] == [*COMPILE, '-DTORCH_EXTENSION_NAME=_ext']

    status, calls = compiler(*(word.replace('a.', 'b.') for word in COMPILE))
    assert (status, len(calls)) == (0, 1)
    assert calls[0][:2] == ['-include', compile_[1]]


def test_other_flags_get_another_header(compiler):
    first = compiler(*COMPILE)[1][-1][1]
    second = compiler('-pthread', *COMPILE)[1][-1][1]
    assert first != second


@pytest.mark.parametrize('words', [['-shared', 'a.o', '-o', 'a.so'], ['-v'], ['-c', 'a.c']])
def test_what_compiles_no_cpp_file_is_handed_on_as_it_is(compiler, words):
    assert compiler(*words) == (0, [words])


def test_without_a_header_files_are_compiled_plainly(compiler, tmp_path):
    (tmp_path / 'no-header').touch()
    assert compiler(*COMPILE)[1][-1] == COMPILE
    assert compiler(*COMPILE) == (0, [COMPILE])  # and it is not tried again for each file


def test_a_file_that_fails_with_the_header_is_compiled_plainly(compiler, tmp_path):
    (tmp_path / 'no-include').touch()
    status, calls = compiler(*COMPILE)
    assert (status, calls[-1]) == (0, COMPILE)


def test_the_compilers_exit_status_comes_through(compiler, tmp_path):
    (tmp_path / 'broken').touch()
    assert compiler(*COMPILE)[0] == 7


def test_the_standard_is_replaced_for_header_and_file(compiler):
    _, (header, compile_) = compiler(*COMPILE, standard='c++20')
    for call in (header, compile_):
        assert '-std=c++20' in call
        assert '-std=c++17' not in call
