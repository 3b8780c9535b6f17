"""Runs are timed in turn; memory is that of the moment when most is allocated."""

import torch

from res2net_mm.benchmark import Times, peak_memory, race, ratio


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
