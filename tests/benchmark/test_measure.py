"""Runs are timed in turn, memory is that of the moment when most is allocated; the machine."""

import pytest
import torch

from res2net_mm.benchmark import (
    Times,
    describe_machine,
    peak_memory,
    peak_runs,
    race,
    ratio,
    use_threads,
)
from res2net_mm.errors import UserError


def test_race_runs_all_in_turn_and_counts_no_warm_up():
    order = []
    runs = {name: lambda name=name: order.append(name) for name in 'abc'}
    times = race(runs, rounds=3, warmup=2)
    assert len(order) == 3 * 5
    assert all(sorted(order[i : i + 3]) == ['a', 'b', 'c'] for i in range(0, 15, 3))
    assert len({tuple(order[i : i + 3]) for i in range(0, 15, 3)}) == 3
    assert all(len(t.wall) == len(t.cpu) == 3 for t in times.values())


def test_ratio_is_taken_within_rounds():
    """A round that was slow for both says nothing about either."""
    a, b = Times((1.0, 10.0, 1.2), (0, 0, 0)), Times((2.0, 20.0, 2.0), (0, 0, 0))
    assert ratio(a.wall, b.wall) == 0.5
    assert a.median == 1.2
    assert a.quartiles == (1.1, 5.6)


def test_peak_memory_counts_what_is_there_at_once():
    def run() -> None:
        a = torch.ones(1000, 250)  # 1 MB
        b = a + 1
        del a
        c = b * 2
        del b
        assert c[0, 0] == 4

    assert 2_000_000 <= peak_memory(run) <= 2_001_000


def test_the_machine_is_described():
    found = describe_machine('cpu')
    assert found['device']
    assert found['threads'] == torch.get_num_threads()
    assert found['torch'] == torch.__version__


def test_both_operators_are_counted():
    """A product of matrices alone is beaten by convolutions where oneDNN is faster than MKL."""
    runs = peak_runs('cpu', torch.float32)
    assert {name: macs for name, (_, macs) in runs.items()} == {
        'matrix product': 2048**3,
        'convolution': 64 * 64 * 512 * 512 * 9,
    }
    product, convolution = (run() for run, _ in runs.values())
    assert product.shape == (2048, 2048)
    assert convolution.shape == (1, 512, 64, 64)
    assert convolution.is_contiguous(memory_format=torch.channels_last)


def test_threads():
    before = torch.get_num_threads()
    use_threads(None)
    assert torch.get_num_threads() == before
    with pytest.raises(UserError, match='threads=0 must be 1 or more'):
        use_threads(0)
