"""The measure over the shipped configs: resumed, split, and counted."""

import json
from dataclasses import asdict

import pytest
from mmengine.config import Config

from lab import measure_swap as zoo
from lab.swap_trial import Trial, append, fingerprint, read, try_swap
from res2net_mm import swap
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config_names import shipped_file


@pytest.fixture
def load():
    """Return a shipped config by name."""
    return lambda name: Config.fromfile(shipped_file(name))


LIGHT = 'res2net_light_14w_4s'
RUNS = 'mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py'
GONE = 'mmdet::nowhere/nothing.py'


@pytest.mark.slow  # two processes, each of which imports the toolboxes
def test_what_is_known_is_not_tried_again_and_a_dying_process_is_a_result(tmp_path):
    file = tmp_path / 'trials.jsonl'
    known = Trial('mmdet::a/b.py', LIGHT, '', 'why', 1.0)
    append(file, known)
    append(file, Trial(RUNS, 'res2net50_26w_4s', '', 'another preset', 1.0))
    trials = list(zoo.measure('res2net_light', ['mmdet::a/b.py', GONE, RUNS], file))
    assert trials[0] == known
    assert trials[1].name == GONE
    assert 'ships no config' in trials[1].original
    assert (trials[2].name, trials[2].original, trials[2].swapped) == (RUNS, '', '')
    assert len(file.read_text().splitlines()) == 4


def test_a_model_that_has_run_is_not_run_again(load):
    """The 20k and the 40k schedule of a config train one model."""
    first, second = (f'mmseg::fcn/fcn_r50-d8_4xb4-{k}k_voc12aug-512x512.py' for k in (20, 40))
    assert fingerprint(load(first)) == fingerprint(load(second)) != fingerprint(load(RUNS))
    original = fingerprint(load(first))
    swapped = fingerprint(swap(load(first), LIGHT, check=False).config)
    known = {original: '', swapped: 'said before'}
    trial = try_swap(second, LIGHT, known)
    assert (trial.original, trial.swapped, trial.models) == ('', 'said before', known)


def test_the_summary_counts_what_could_pass():
    trials = [
        Trial('mmdet::a/1.py', LIGHT, '', '', 1.0),
        Trial('mmdet::a/2.py', LIGHT, 'KeyError: x', 'KeyError: x', 1.0),
        Trial('mmseg::b/3.py', LIGHT, '', 'refused: because', 1.0),
    ]
    lines = zoo.summary(trials).splitlines()
    assert lines == [
        'swapped fails: mmseg::b/3.py: refused: because',
        'original fails: mmdet::a/2.py: KeyError: x',
        'mmdet: 1 of 1 configs whose original runs',
        'mmseg: 0 of 1 configs whose original runs',
        'all: 1 of 2, out of 3 configs tried',
    ]


def test_parts_share_the_work(monkeypatch):
    monkeypatch.setattr(zoo, 'shipped_names', lambda toolboxes: list('abcdefgh'))
    parts = [zoo.chosen_names(every=2, part=(i, 3)) for i in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == list('aceg')
    with pytest.raises(UserError, match='4/3'):
        zoo.chosen_names(part=(4, 3))


def test_a_file_of_something_else_is_named(tmp_path):
    file = tmp_path / 'trials.jsonl'
    file.write_text(json.dumps(asdict(Trial('a', LIGHT, '', '', 1.0))) + '\n{"other": 1}\n')
    with pytest.raises(UserError, match=r'trials\.jsonl'):
        read(file)
