"""What the benchmark measures, and of whom."""

import json

import pytest
import torch
from tool_process import run

from res2net_mm.benchmark import benchmark, find_contestants
from res2net_mm.benchmark.run import _set_mode
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
