#!/usr/bin/env python3
"""A C++ compiler command that puts a precompiled <torch/types.h> in front of every compile.

Most of mmcv's build time goes into reading torch's headers once per file. This command, given to a
build as CXX, reads them once per set of flags (a precompiled header only fits the flags it was made
with, so it takes the flags from the compile at hand), then hands every command on to the real
compiler. Where that fails, the file is compiled as if the wrapper were not there.

Environment:
    PCH_REAL_CXX: the real compiler.
    PCH_DIR: an existing folder for the precompiled headers, some 430 MB per set of flags.
    PCH_CXX_STD: optional; replaces an older -std of the command, for instance c++20, which torch
        2.14 and later need while mmcv asks for c++17.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

HEADER = 'torch/types.h'
_TAKES_A_VALUE = ('-o', '-MF', '-MT', '-MQ')
_PER_FILE = re.compile(r'-c|-MM?D|-DTORCH_EXTENSION_NAME=.*')
_SOURCE = re.compile(r'[^-].*\.(cpp|cc|cxx)')
_STANDARD = re.compile(r'-std=(c|gnu)\+\+\w+')


def with_standard(arguments: list[str], standard: str | None) -> list[str]:
    """Return the arguments with each -std replaced, if a standard is given."""
    if not standard:
        return arguments
    return [f'-std={standard}' if _STANDARD.fullmatch(word) else word for word in arguments]


def header_flags(arguments: list[str]) -> list[str] | None:
    """Return the flags a header for this compile needs, None if it compiles no C++ file."""
    flags, sources = [], 0
    words = iter(arguments)
    for word in words:
        if word in _TAKES_A_VALUE:
            next(words, None)
        elif _SOURCE.fullmatch(word):
            sources += 1
        elif not _PER_FILE.fullmatch(word):
            flags.append(word)
    return flags if sources == 1 and '-c' in arguments else None


def precompile(compiler: list[str], flags: list[str], folder: Path) -> Path | None:
    """Return the header to include, made by whoever needs it first; None if it cannot be."""
    identity = hashlib.sha256('\0'.join([*compiler, *flags]).encode()).hexdigest()[:16]
    header = folder / identity / 'pch.h'
    header.parent.mkdir(exist_ok=True)
    with (folder / f'{identity}.lock').open('a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        attempted = header.with_name('attempted')
        if not attempted.exists():
            header.write_text(f'#include <{HEADER}>\n', encoding='utf-8')
            half = header.with_name('half.gch')
            clang = ['-fpch-instantiate-templates'] if 'clang' in Path(compiler[0]).name else []
            done = subprocess.run(
                [*compiler, '-x', 'c++-header', *flags, *clang, header, '-o', half]
            )
            if done.returncode == 0:
                half.replace(header.with_name('pch.h.gch'))
            attempted.touch()
    return header if header.with_name('pch.h.gch').exists() else None


def main() -> int:
    """Run the real compiler on this process' arguments and return its exit status."""
    compiler = os.environ['PCH_REAL_CXX'].split()
    arguments = with_standard(sys.argv[1:], os.environ.get('PCH_CXX_STD'))
    flags = header_flags(arguments)
    if flags is not None:
        header = precompile(compiler, flags, Path(os.environ['PCH_DIR']))
        if header:
            done = subprocess.run([*compiler, '-include', header, *arguments])
            if done.returncode == 0:
                return 0
            print(
                f'{sys.argv[0]}: trying without the precompiled header', file=sys.stderr, flush=True
            )
    return subprocess.run([*compiler, *arguments]).returncode


if __name__ == '__main__':
    sys.exit(main())
