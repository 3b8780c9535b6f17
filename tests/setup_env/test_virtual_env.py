"""When an environment is up to date, made anew, or left alone."""

import sys

import pytest
from environment.report import SetupError
from environment.virtual_env import VirtualEnv

WANTED = {
    'python': '3.11',
    'folder': 'here',
    'device': 'cpu',
    'line': 'l',
    'checkout': 'there',
    'digest': 'd',
}


@pytest.fixture
def venv(tmp_path):
    folder = tmp_path / 'venv'
    (folder / 'bin').mkdir(parents=True)
    (folder / 'bin' / 'python').symlink_to(sys.executable)
    return VirtualEnv(folder)


def test_only_a_finished_set_up_of_the_same_input_is_up_to_date(venv):
    assert not venv.is_up_to_date(WANTED)
    venv.mark(WANTED, complete=False)
    assert not venv.is_up_to_date(WANTED)
    venv.mark(WANTED, complete=True)
    assert venv.is_up_to_date(WANTED)
    for name in WANTED:
        assert not venv.is_up_to_date(WANTED | {name: 'other'})
    venv.stamp.write_text('{"half')
    assert not venv.is_up_to_date(WANTED)


def test_an_environment_whose_python_is_gone_is_not_up_to_date(venv):
    venv.mark(WANTED, complete=True)
    venv.python.unlink()
    venv.python.symlink_to('/no/such/python')
    assert not venv.is_up_to_date(WANTED)


@pytest.mark.parametrize('name', ['python', 'folder', 'device', 'line'])
def test_an_environment_for_something_else_is_made_anew(venv, name):
    venv.mark(WANTED | {name: 'other'}, complete=True)
    assert venv.misfit(WANTED) == f'{name} was other, now {WANTED[name]}'


def test_an_environment_from_before_there_was_a_choice_is_of_the_maintained_line(venv):
    venv.mark({name: WANTED[name] for name in WANTED if name != 'line'}, complete=True)
    assert venv.misfit(WANTED | {'line': 'original'}) == 'line was openmmlab, now original'


def test_a_folder_that_is_not_ours_is_left_alone(venv):
    (venv.folder / 'thesis.txt').touch()
    with pytest.raises(SetupError, match='is not a virtual environment'):
        venv.make(WANTED)
    assert (venv.folder / 'thesis.txt').exists()
