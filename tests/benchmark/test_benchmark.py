"""The benchmark: what it compares, what it says of those who are absent, what it measures."""

import json

import pytest
import torch
from tool_process import run

from res2net_mm.benchmark import Times, benchmark, find_contestants, peak_memory, race, ratio
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


def test_memory_mode_needs_no_clock():
    report = benchmark(find_contestants([TINY], []), mode='memory', size=(64, 64))
    eager, low = report.rows
    assert eager.seconds is None
    assert low.peak_mib < eager.peak_mib
    assert low.ratio == pytest.approx(low.peak_mib / eager.peak_mib)
    assert 'peak memory over that of' in str(report)


def test_statistics_of_all_norms_are_treated_alike():
    """MMDetection's backbones hold theirs unless told, which is another computation."""
    from res2net_mm.benchmark.report import _set_mode

    (contestant,) = find_contestants([], ['resnet50'])
    network = contestant.build()
    for norm_eval in (False, True):
        _set_mode(network, training=True, norm_eval=norm_eval)
        assert network.bn1.training is not norm_eval
        assert network.layer3[0].bn2.training is not norm_eval


def test_peers_that_are_not_installed_say_so(monkeypatch):
    monkeypatch.setattr('res2net_mm.benchmark.contestants.find_spec', lambda name: None)
    found = {c.name: c.absent for c in find_contestants([TINY], ['mmdet', 'timm', 'resnet50'])}
    assert found == {
        TINY: '',
        f'mmdet {TINY}': 'mmdet is not installed',
        f'timm {TINY}': 'timm is not installed',
        'resnet50': 'mmdet is not installed',
    }


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


def test_unknown_names_are_refused():
    with pytest.raises(UserError, match="peer 'keras' is unknown; allowed: mmdet, timm"):
        find_contestants([TINY], ['keras'])
    with pytest.raises(UserError, match="preset 'res3net' is unknown"):
        find_contestants(['res3net'], [])
