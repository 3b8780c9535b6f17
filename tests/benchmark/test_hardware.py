"""The machine's name and its peak."""

import pytest
import torch

from res2net_mm.benchmark import describe_machine, peak_runs, use_threads
from res2net_mm.errors import UserError


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
