"""The kernels for CPUs, which pyproject.toml cannot describe with all their options."""

from pathlib import Path

from setuptools import Extension, setup

ROOT = Path(__file__).resolve().parent
KERNELS = ROOT / 'res2net_mm' / 'acceleration' / 'kernels'

setup(
    # Called through ctypes. `optional`: without a C compiler PyTorch's operators stand in.
    ext_modules=[
        Extension(
            'res2net_mm.acceleration.kernels._compiled',
            sources=sorted(str(file.relative_to(ROOT)) for file in KERNELS.glob('*.c')),
            depends=[str(file.relative_to(ROOT)) for file in KERNELS.glob('*.h')],
            extra_compile_args=['-O3', '-fopenmp', '-fno-math-errno', '-fno-trapping-math'],
            extra_link_args=['-fopenmp', '-lm'],
            optional=True,
        )
    ],
)
