"""Which networks and treatments are compared, and why some are absent."""

import pytest

from res2net_mm.benchmark import benchmark, find_contestants
from res2net_mm.errors import UserError

TINY = 'res2net_light_14w_4s'


def test_peers_that_are_not_installed_say_so(monkeypatch):
    monkeypatch.setattr('res2net_mm.benchmark.contestants.find_spec', lambda name: None)
    found = {c.name: c.absent for c in find_contestants([TINY], ['mmdet', 'timm', 'resnet50'])}
    assert found == {
        TINY: '',
        f'mmdet {TINY}': 'mmdet is not installed',
        f'timm {TINY}': 'timm is not installed',
        'resnet50': 'mmdet is not installed',
    }


def test_unknown_names_are_refused():
    with pytest.raises(UserError, match="peer 'keras' is unknown; allowed: mmdet, timm"):
        find_contestants([TINY], ['keras'])
    with pytest.raises(UserError, match="preset 'res3net' is unknown"):
        find_contestants(['res3net'], [])


def test_treatments_that_cannot_be_had_say_so(monkeypatch):
    monkeypatch.setattr('res2net_mm.benchmark.contestants.find_spec', lambda name: None)
    run = dict(size=(32, 32), rounds=1, warmup=0)
    report = benchmark(find_contestants([TINY], []), **run)
    assert [row.name for row in report.rows] == [f'{TINY} eager', f'{TINY} fuse']
    assert report.absent == {'openvino': 'openvino is not installed'}


@pytest.mark.slow  # a processor without bfloat16 takes its time
def test_a_treatment_is_for_float32():
    run = dict(size=(32, 32), rounds=1, warmup=0)
    report = benchmark(find_contestants([TINY], []), dtype='bfloat16', **run)
    assert report.absent == {'openvino': 'it is measured on cpu in float32 only'}
