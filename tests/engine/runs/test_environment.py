"""What a run's record holds besides config and data."""

import sys

import torch

from res2net_mm.engine.runs import environment


def test_versions_of_all_that_numbers_depend_on():
    found = environment.versions()
    assert found['torch'] == torch.__version__
    assert {'python', 'system', 'cpu', 'threads', 'numpy'} <= found.keys()


def test_only_variables_that_matter_and_are_set(monkeypatch):
    monkeypatch.setenv('OMP_NUM_THREADS', '3')
    monkeypatch.setenv('SECRET', 'x')
    monkeypatch.delenv('TORCH_HOME', raising=False)
    found = environment.variables()
    assert found['OMP_NUM_THREADS'] == '3'
    assert not {'SECRET', 'TORCH_HOME'} & found.keys()


def test_a_folder_outside_git_has_no_revision(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('GIT_CEILING_DIRECTORIES', str(tmp_path.parent))
    assert environment.revisions()['folder'] is None
    assert environment.command() == dict(
        argv=sys.argv, executable=sys.executable, folder=str(tmp_path)
    )
