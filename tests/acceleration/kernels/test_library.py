"""Which kernels are there, and when they are used."""

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
