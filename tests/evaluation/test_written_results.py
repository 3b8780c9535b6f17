"""Intervals, the table and files at the end of an evaluation."""

import numpy as np
import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions import find_regions, region_table, score_regions, stack_regions
from res2net_mm.evaluation.written_results import read_arrays, report_result, write_arrays


@pytest.fixture
def result():
    truth = np.arange(64).reshape(8, 8) // 24
    images = [(f'{i}.png', find_regions(truth, np.roll(truth, i), classes=3)) for i in range(4)]
    return score_regions(stack_regions(images, 'abc', 0.01))


@pytest.mark.parametrize('bootstrap', [0, 5])
def test_intervals_come_before_table_and_files(result, bootstrap):
    said, written = [], []

    def write(scored):
        written.append(scored)
        return 'a file'

    reported = report_result(
        result, region_table, write, bootstrap=bootstrap, seed=0, say=said.append
    )
    assert reported.resamples == bootstrap
    assert bool(reported.overall.intervals) == bool(bootstrap)
    assert written == [reported]
    assert said == ['\n' + region_table(reported), 'Written to a file']


def test_without_files_nothing_is_written(result):
    said = []
    report_result(result, region_table, None, bootstrap=0, seed=0, say=said.append)
    assert said == ['\n' + region_table(result)]


def test_arrays_are_read_as_they_were_written(tmp_path):
    arrays = {'x': np.arange(3), 'names': np.array(['a', 'b'])}
    path = write_arrays(arrays, tmp_path / 'new/folder/arrays.npz')
    again = read_arrays(path, arrays, 'numbers')
    assert all((again[name] == arrays[name]).all() for name in arrays)
    with pytest.raises(UserError, match=r'cannot read numbers in .*arrays\.npz'):
        read_arrays(path, ['y'], 'numbers')
    np.savez(path, x=np.array([torch.zeros(1)], dtype=object))
    with pytest.raises(UserError, match='cannot read numbers'):
        read_arrays(path, ['x'], 'numbers')
