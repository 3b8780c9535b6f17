"""Which kernels are there, and when they are used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from res2net_mm.acceleration import kernels


def test_they_are_built_by_the_set_up():
    assert kernels.are_built(), 'pip install -e . found no C compiler'


@pytest.mark.skipif(kernels.avx2_kernels() is None, reason='this processor has no AVX2')
def test_with_many_threads_the_other_libraries_are_left_to_it():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert kernels.avx2_kernels() is not None
        torch.set_num_threads(9)
        assert kernels.avx2_kernels() is None
    finally:
        torch.set_num_threads(before)


def test_without_the_vectors_they_are_not_used(monkeypatch):
    monkeypatch.setattr(torch.backends.cpu, 'get_cpu_capability', lambda: 'DEFAULT')
    kernels.library._has_avx2.cache_clear()
    try:
        assert kernels.avx2_kernels() is None
        assert kernels.are_built()
    finally:
        kernels.library._has_avx2.cache_clear()


CAPABILITY = torch.backends.cpu.get_cpu_capability()


@pytest.mark.skipif(CAPABILITY != 'AVX512', reason='it has one kind of vectors only')
def test_those_for_avx2_compute_the_same_where_those_for_avx512_are_used():
    acceleration = Path(__file__).parents[1]
    files = [str(acceleration / f'test_{name}.py') for name in ('products', 'convolution')]
    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', *files],
        env=os.environ | {'ATEN_CPU_CAPABILITY': 'avx2'},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert ' skipped' not in done.stdout.splitlines()[-1]
