"""The table of a benchmark."""

import json

from res2net_mm.benchmark import Report
from res2net_mm.benchmark.result import Row


def report(rows, **more):
    settings, machine = dict(mode='infer', rounds=2), dict(device='a processor', threads=1)
    return Report(settings, machine, 'b eager', tuple(rows), dict(timm='it is absent'), **more)


def test_times_and_peak():
    rows = [
        Row('a eager', 1.5, 20, 0.5, 0.01, (0.009, 0.012), 0.02, 0.6, 0.75),
        Row('b eager', 1, 2, 1, 0.02, (0.02, 0.02), 0.03, 1, 0.25),
    ]
    found = report(rows, peak_gmacs=200.0, peaks={'matrix product': 100.0, 'convolution': 200.0})
    assert str(found).splitlines() == [
        'mode infer, rounds 2',
        'device a processor, threads 1',
        '           ms  quartiles  GMACs  peak MiB  ratio  by CPU  of peak',
        'a eager  10.0    9 .. 12   1.50      20.0  0.500   0.600    75.0%',
        'b eager  20.0   20 .. 20   1.00       2.0  1.000   1.000    25.0%',
        'ratio: time over that of b eager',
        'peak: 200.0 GMACs a second, the best of matrix product 100.0, convolution 200.0',
        'absent: timm (it is absent)',
    ]
    assert json.loads(json.dumps(found.to_json()))['rows'][0]['quartiles'] == [0.009, 0.012]


def test_memory_alone():
    lines = str(report([Row('b eager', 1, 2, 1)], peak_gmacs=None, peaks={})).splitlines()
    assert lines[2:5] == [
        '         GMACs  peak MiB  ratio',
        'b eager   1.00       2.0  1.000',
        'ratio: peak memory over that of b eager',
    ]
