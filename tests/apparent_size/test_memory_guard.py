import sys

import pytest
import torch

from res2net_mm.apparent_size.memory_guard import GIB, MemoryGuard, is_out_of_memory
from res2net_mm.errors import UserError

CPU = torch.device('cpu')


def test_need_grows_with_the_pixels():
    guard = MemoryGuard(4, CPU)
    guard.forecasts = True
    guard.largest, guard.taken = 1000, GIB
    assert guard.lacking(1000) is None
    assert guard.lacking(4000) is None
    assert guard.lacking(5000) == 'it needs about 5.0 GiB, and 4.0 GiB may be taken'


def test_nothing_is_forecast_before_something_is_measured():
    guard = MemoryGuard(1e-9, CPU)
    assert guard.lacking(10**12) is None


@pytest.mark.skipif(sys.platform != 'linux', reason='reads /proc, as the guard does on Linux only')
def test_what_an_input_took_is_measured():
    guard = MemoryGuard(1, CPU)
    if not guard.forecasts:
        pytest.skip('this system does not let a process reset its peak')
    taken = torch.ones(300 * 2**20, dtype=torch.uint8)
    assert taken.sum() == len(taken)
    guard.measure(10**6)
    assert guard.largest == 10**6
    assert guard.taken >= 250 * 2**20
    assert guard.lacking(10**6) is None
    assert guard.lacking(10**7).endswith('1.0 GiB may be taken')
    before = guard.taken
    guard.measure(10**5)  # a smaller one says nothing new
    assert (guard.largest, guard.taken) == (10**6, before)


def test_what_is_free_is_a_limit_of_its_own():
    guard = MemoryGuard(None, CPU)
    guard.forecasts = True
    guard.largest, guard.taken = 1, 1
    assert guard.lacking(2) is None
    assert guard.lacking(10**16) is not None


@pytest.mark.parametrize('limit', [0, -1, float('nan')])
def test_a_limit_is_positive(limit):
    with pytest.raises(UserError, match=r'max_memory=.* must be more than 0 GiB'):
        MemoryGuard(limit, CPU)


def test_errors_of_memory_are_told_from_others():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
    )
    assert is_out_of_memory(torch.cuda.OutOfMemoryError('CUDA out of memory.'))
    assert not is_out_of_memory(RuntimeError('shapes cannot be multiplied'))
    assert not is_out_of_memory(ValueError('out of memory'))
