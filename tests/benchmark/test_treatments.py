"""Treatments are measured where they exist and can run."""

import pytest

from res2net_mm.benchmark import benchmark, find_contestants

TINY = 'res2net_light_14w_4s'


def test_treatments_that_cannot_be_had_say_so(monkeypatch):
    monkeypatch.setattr('res2net_mm.benchmark.treatments.find_spec', lambda name: None)
    run = dict(size=(32, 32), rounds=1, warmup=0)
    report = benchmark(find_contestants([TINY], []), **run)
    assert [row.name for row in report.rows] == [f'{TINY} eager', f'{TINY} fuse']
    assert report.absent == {'openvino': 'openvino is not installed'}


@pytest.mark.slow  # a processor without bfloat16 takes its time
def test_a_treatment_is_for_float32():
    run = dict(size=(32, 32), rounds=1, warmup=0)
    report = benchmark(find_contestants([TINY], []), dtype='bfloat16', **run)
    assert report.absent == {'openvino': 'it is measured on cpu in float32 only'}
