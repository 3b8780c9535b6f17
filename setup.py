"""The kernels for CPUs, which pyproject.toml cannot describe with all their options.

``RES2NET_MM_KERNELS=none`` makes a pure wheel, ``required`` fails where they cannot be compiled. By
default they are compiled if there is a C compiler.
"""

import os
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

ROOT = Path(__file__).resolve().parent
KERNELS = ROOT / 'res2net_mm' / 'acceleration' / 'kernels'
WANTED = os.environ.get('RES2NET_MM_KERNELS', 'optional')
if WANTED not in ('none', 'optional', 'required'):
    raise SystemExit(f'RES2NET_MM_KERNELS={WANTED!r} must be none, optional or required')

# They hold nothing of Python, so one wheel serves every version (but for builds without the GIL,
# which know no such wheels).
ONE_FOR_ALL = not sysconfig.get_config_var('Py_GIL_DISABLED')

kernels = Extension(
    'res2net_mm.acceleration.kernels._compiled',  # called through ctypes
    sources=sorted(str(file.relative_to(ROOT)) for file in KERNELS.glob('*.c')),
    depends=[str(file.relative_to(ROOT)) for file in KERNELS.glob('*.h')],
    extra_compile_args=['-O3', '-fopenmp', '-fno-math-errno', '-fno-trapping-math'],
    extra_link_args=['-fopenmp', '-lm'],
    optional=WANTED == 'optional',  # PyTorch's operators stand in
    py_limited_api=ONE_FOR_ALL,
)
if WANTED == 'none':
    setup()
else:
    options = {'bdist_wheel': {'py_limited_api': 'cp310'}} if ONE_FOR_ALL else {}
    setup(ext_modules=[kernels], options=options)
