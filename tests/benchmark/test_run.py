"""What the benchmark measures, of whom, and its table."""

import json

import pytest
import torch
from tool_process import run

from res2net_mm.benchmark import Report, benchmark, find_contestants
from res2net_mm.benchmark.run import Row, _set_mode
from res2net_mm.errors import UserError

TINY = 'res2net_light_14w_4s'


def test_tool_writes_figures_and_names_the_absent(tmp_path):
    options = f'--model {TINY} --peers mmdet,resnet50 --size 64x96 --rounds 2 --warmup 1'.split()
    options += ['--treat', 'eager,fuse', '--json', tmp_path / 'found.json']
    done = run('benchmark.py', *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / 'found.json').read_text())
    rows = {row['name']: row for row in found['rows']}
    assert list(rows) == [
        f'{TINY} eager',
        f'{TINY} fuse',
        'resnet50 eager',
        'resnet50 fuse',
    ]
    assert found['absent'] == {f'mmdet {TINY}': 'mmdet has no network of this kind'}
    assert f'absent: mmdet {TINY} (mmdet has no network of this kind)' in done.stdout
    assert found['baseline'] == 'resnet50 eager'
    assert rows['resnet50 eager']['ratio'] == 1
    assert found['machine']['torch'] == torch.__version__
    assert found['machine']['threads'] == torch.get_num_threads()
    assert rows['resnet50 eager']['gmacs'] == pytest.approx(4.09 * 64 * 96 / 224**2, rel=0.02)
    for row in rows.values():
        assert row['quartiles'][0] <= row['seconds'] <= row['quartiles'][1]
        assert row['peak_mib'] > 0
        assert row['share_of_peak'] > 0
    assert set(found['peaks']) == {'matrix product', 'convolution'}
    assert found['peak_gmacs'] == max(found['peaks'].values())


def test_memory_mode_needs_no_clock():
    report = benchmark(find_contestants([TINY], []), mode='memory', size=(64, 64))
    eager, low = report.rows
    assert eager.seconds is None
    assert low.peak_mib < eager.peak_mib
    assert low.ratio == pytest.approx(low.peak_mib / eager.peak_mib)
    assert 'peak memory over that of' in str(report)


def test_statistics_of_all_norms_are_treated_alike():
    """MMDetection's backbones hold theirs unless told, which is another computation."""
    (contestant,) = find_contestants([], ['resnet50'])
    network = contestant.build()
    for norm_eval in (False, True):
        _set_mode(network, training=True, norm_eval=norm_eval)
        assert network.bn1.training is not norm_eval
        assert network.layer3[0].bn2.training is not norm_eval


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(mode='fly'), "mode='fly' is unknown; allowed: infer, train, memory"),
        (dict(treatments=['ice']), "treatment='ice' is unknown; allowed: eager"),
        (dict(dtype='int8'), "dtype='int8' is unknown; allowed: float32"),
        (dict(baseline='x', mode='memory', size=(32, 32)), "baseline='x' is unknown; allowed: "),
    ],
)
def test_wrong_settings_are_refused(arguments, message):
    with pytest.raises(UserError) as error:
        benchmark(find_contestants([TINY], []), **arguments)
    assert message in str(error.value)


def test_networks_of_others_run_channels_last_as_well():
    """It is what a user tries first; this package's networks choose their layout themselves."""
    contestants = find_contestants([TINY], ['resnet50'])
    for mode, last in dict(infer='fuse', train='low').items():
        report = benchmark(contestants, mode=mode, size=(64, 64), rounds=1, warmup=0)
        names = [row.name for row in report.rows if 'openvino' not in row.name]
        theirs = ['resnet50 eager', 'resnet50 channels_last']
        theirs += ['resnet50 fuse'] if mode == 'infer' else []
        assert names == [f'{TINY} eager', f'{TINY} {last}', *theirs]
    asked = benchmark(contestants, treatments=['channels_last'], size=(64, 64), rounds=1, warmup=0)
    assert [row.name for row in asked.rows] == [f'{TINY} channels_last', 'resnet50 channels_last']


def report(rows, **more):
    settings, machine = dict(mode='infer', rounds=2), dict(device='a processor', threads=1)
    return Report(settings, machine, 'b eager', tuple(rows), dict(timm='it is absent'), **more)


def test_a_table_of_times_and_peak():
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


def test_a_table_of_memory_alone():
    lines = str(report([Row('b eager', 1, 2, 1)], peak_gmacs=None, peaks={})).splitlines()
    assert lines[2:5] == [
        '         GMACs  peak MiB  ratio',
        'b eager   1.00       2.0  1.000',
        'ratio: peak memory over that of b eager',
    ]
