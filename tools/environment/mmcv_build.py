"""Build mmcv with its compiled operators from the unmodified source archive, as fast as can be."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from . import pch_compiler
from .pins import Pin
from .report import Report, SetupError
from .virtual_env import VirtualEnv
from .wheel_cache import wheel_fault

GIB = 1 << 30
# Measured: a compile with the precompiled header takes 0.6 GiB, the one large file 2.1 GiB.
JOB_BYTES = 0.7 * GIB
RESERVED_BYTES = 1.5 * GIB
# Debug symbols alone would double the time and make the wheel 24 times as large.
COMPILE_FLAGS = '-DNDEBUG -fwrapv -O2 -g0'


def usable_compilers(folder: Path) -> list[str]:
    """Return the working C++ compilers, the fastest first; $CXX alone if it is set.

    Raises:
        SetupError: there is none.
    """
    asked = os.environ.get('CXX')
    candidates = [asked] if asked else ['clang++', 'g++', 'c++']
    usable = [command for command in candidates if _compiles(shlex.split(command), folder)]
    if not usable:
        what = f'CXX={asked}' if asked else f'none of {", ".join(candidates)}'
        raise SetupError(
            f'mmcv must be compiled and {what} can compile a C++17 file: install a C++ compiler '
            f'(Debian and Ubuntu: apt-get install g++).'
            if not asked
            else f'{what} cannot compile a C++17 file: name a working compiler, or unset CXX.'
        )
    return usable


def parallel_jobs(cores: int, free_bytes: int) -> int:
    """Return how many compiles fit the machine: one per core, fewer where memory is short."""
    return max(1, min(cores, int((free_bytes - RESERVED_BYTES) // JOB_BYTES)))


def needs_cxx20(torch: str) -> bool:
    """Return whether this torch's headers refuse C++17, which mmcv asks for: 2.14 and later."""
    major, minor = re.match(r'(\d+)\.(\d+)', torch).groups()
    return (int(major), int(minor)) >= (2, 14)


def build_mmcv(
    pin: Pin,
    *,
    torch: str,
    device: str,
    venv: VirtualEnv,
    report: Report,
    folder: Path,
) -> Path:
    """Return the wheel built into `folder`, with each usable compiler until one succeeds.

    Raises:
        SetupError: a tool is missing, no compiler succeeded, or the wheel has no operators.
    """
    python_header = Path(sysconfig.get_path('include')) / 'Python.h'
    if not python_header.exists():
        raise SetupError(
            f'mmcv must be compiled and {python_header} is missing: install the headers of Python '
            f'(Debian and Ubuntu: apt-get install python3-dev).'
        )
    if device == 'cuda' and not _nvcc():
        raise SetupError(
            'mmcv must be compiled for CUDA and there is no nvcc: install the CUDA toolkit of the '
            'version torch was built with and set CUDA_HOME, or pass --cpu.'
        )
    compilers = usable_compilers(folder)
    for compiler in compilers:
        environ = _build_environ(
            venv.environ(), compiler, torch=torch, device=device, folder=folder
        )
        report.say(f'mmcv: compiling with {compiler}, {environ["MAX_JOBS"]} at a time')
        command = [
            venv.python,
            '-m',
            'pip',
            'wheel',
            '--verbose',
            '--no-build-isolation',
            '--no-deps',
        ]
        command += ['--no-cache-dir', '--no-binary', pin.name, '--wheel-dir', folder, str(pin)]
        try:
            report.run(command, env=environ)
        except SetupError:
            if compiler == compilers[-1]:
                raise
            report.say(f'mmcv: the build with {compiler} failed (see {report.log})')
            continue
        wheels = list(folder.glob('*.whl'))
        fault = wheel_fault(wheels[0]) if len(wheels) == 1 else f'{len(wheels)} wheels came out'
        if fault:
            raise SetupError(f'mmcv was built, but {fault}; the full log is {report.log}.')
        return wheels[0]
    raise AssertionError('usable_compilers returned none')


def _build_environ(environ: dict, compiler: str, *, torch: str, device: str, folder: Path) -> dict:
    """Return the environment of a build whose compiler is the command of pch_compiler.py."""
    headers = Path(tempfile.mkdtemp(prefix='headers-', dir=folder))
    command = folder / 'c++'  # torch wants one word that can be looked up, without arguments
    wrapper = shlex.join([sys.executable, '-S', '-E', str(Path(pch_compiler.__file__).resolve())])
    command.write_text(f'#!/bin/sh\nexec {wrapper} "$@"\n', encoding='utf-8')
    command.chmod(0o755)
    environ = {k: v for k, v in environ.items() if not k.startswith('FORCE_')}
    environ.update(
        CXX=str(command),
        PCH_REAL_CXX=compiler,
        PCH_DIR=str(headers),
        CFLAGS=COMPILE_FLAGS,
        CXXFLAGS=COMPILE_FLAGS,
        MAX_JOBS=environ.get('MAX_JOBS') or str(parallel_jobs(_cores(), _free_bytes())),
        MMCV_WITH_OPS='1',
        TMPDIR=str(folder),
        TORCH_NO_COMPILER_WRAPPER='1',  # torch would put ccache, if there is one, in front of ours
    )
    if needs_cxx20(torch):
        environ['PCH_CXX_STD'] = 'c++20'
    if device == 'cuda':
        environ['FORCE_CUDA'] = '1'
    else:
        environ['CUDA_VISIBLE_DEVICES'] = ''
    return environ


def _compiles(command: list[str], folder: Path) -> bool:
    if not shutil.which(command[0]):
        return False
    source = folder / 'probe.cpp'
    source.write_text('#include <memory>\nauto f() { return std::make_unique<int>(1); }\n')
    flags = ['-std=c++17', '-fPIC', '-shared', source, '-o', folder / 'probe.so']
    return subprocess.run([*command, *flags], capture_output=True).returncode == 0


def _nvcc() -> str | None:
    home = os.environ.get('CUDA_HOME') or '/usr/local/cuda'
    return shutil.which('nvcc') or shutil.which('nvcc', path=f'{home}/bin')


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1


def _free_bytes() -> int:
    """Return the memory that is left: the machine's, or its container's if that is less."""
    free = [4 * GIB]
    meminfo = Path('/proc/meminfo')
    if meminfo.exists():
        kib = re.search(r'MemAvailable:\s+(\d+) kB', meminfo.read_text(encoding='ascii'))
        free = [int(kib[1]) * 1024] if kib else free
    limit, used = (Path('/sys/fs/cgroup') / name for name in ('memory.max', 'memory.current'))
    if limit.exists() and used.exists() and (most := limit.read_text().strip()) != 'max':
        free.append(int(most) - int(used.read_text()))
    return min(free)
