"""Choosing operators: what is faster is found, kept, read again, and can be fixed."""

import json
import time

import pytest
import torch

from res2net_mm.acceleration import operators
from res2net_mm.acceleration.operators import VARIABLE, Choice
from res2net_mm.errors import UserError


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Measure into a folder of the test; return the names of operators that ran."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    return []


def make(calls: list[str], **seconds: float) -> Choice:
    """Return a choice among operators that wait; two cases, of 1 and 2 times as long."""

    def operator(name: str):
        def run(x: torch.Tensor) -> None:
            calls.append(name)
            time.sleep(seconds[name] * len(x))

        return run

    cases = {10: lambda: (torch.zeros(1),), 20: lambda: (torch.zeros(2),)}
    return Choice('waiting', cases, lambda: {name: operator(name) for name in seconds})


def test_the_fastest_is_measured_once_and_kept(calls, tmp_path):
    choice = make(calls, slow=0.02, fast=0.001)
    assert [choice.fastest(c) for c in (3, 10, 11, 99)] == ['fast'] * 4
    (machine,) = (content := json.loads((tmp_path / 'res2net_mm/operators.json').read_text()))
    assert content[machine] == {'waiting': ['fast', 'fast']}
    measured = len(calls)
    assert make(calls, slow=0.02, fast=0.001).fastest(3) == 'fast'
    assert len(calls) == measured


def test_cases_go_by_channels(calls, monkeypatch):
    choice = make(calls, a=0, b=0)
    monkeypatch.setattr(choice, 'measure', lambda: ['a', 'b'])
    assert [choice.fastest(c) for c in (0, 10, 11, 20, 21)] == ['a', 'a', 'b', 'b', 'b']


def test_what_is_hardly_faster_does_not_replace_the_built_in_one(calls, monkeypatch):
    clock = iter(range(10**6))
    monkeypatch.setattr(operators.time, 'perf_counter', lambda: next(clock))
    assert make(calls, first=0, second=0).measure() == ['first', 'first']


def test_the_only_one_is_not_measured(calls):
    assert make(calls, only=1).measure() == ['only', 'only']
    assert not calls


def test_builtin_measures_nothing(calls, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, 'builtin')
    assert make(calls, slow=0.02, fast=0).fastest(3) == 'slow'
    assert not calls
    assert not list(tmp_path.iterdir())


def test_a_file_fixes_the_choice(calls, monkeypatch, tmp_path):
    file = tmp_path / 'fixed.json'
    monkeypatch.setenv(VARIABLE, str(file))
    with pytest.raises(UserError, match=r'fixed\.json is no file; allowed: builtin, or'):
        make(calls, slow=0, fast=0).fastest(3)
    file.write_text('{}')
    with pytest.raises(UserError, match='has no choice of waiting for'):
        make(calls, slow=0, fast=0).fastest(3)
    file.write_text(json.dumps({operators._machine(): {'waiting': ['slow', 'fast']}}))
    assert make(calls, slow=0, fast=0).fastest(99) == 'fast'
    assert not calls


@pytest.mark.parametrize('content', ['{', '[1]', '{"a": 1}', None])
def test_a_broken_file_is_written_anew(calls, tmp_path, content):
    file = tmp_path / 'res2net_mm/operators.json'
    file.parent.mkdir()
    named = json.dumps({operators._machine(): {'waiting': ['gone', 'fast']}})
    file.write_text(content or named)
    assert make(calls, slow=0.02, fast=0.001).fastest(3) == 'fast'
    assert 'gone' not in file.read_text()


def test_a_folder_that_cannot_be_written_to(calls, monkeypatch, tmp_path):
    (tmp_path / 'taken').write_text('')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'taken'))
    assert make(calls, slow=0.02, fast=0.001).fastest(3) == 'fast'


def test_another_number_of_threads_is_another_choice(calls):
    choice, before = make(calls, slow=0.01, fast=0), torch.get_num_threads()
    try:
        torch.set_num_threads(before + 1)
        choice.fastest(3)
        measured = len(calls)
        torch.set_num_threads(before)
        choice.fastest(3)
    finally:
        torch.set_num_threads(before)
    assert len(calls) == 2 * measured
