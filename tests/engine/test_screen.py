"""What is shown of a run and what only its log file has."""

import warnings

import pytest

import res2net_mm.engine
from res2net_mm.cli import main
from res2net_mm.engine.screen import is_quiet, quiet_screen
from res2net_mm.errors import UserError

LOGGED_ONLY = ('Hooks will be executed', 'Exp name:', 'Saving checkpoint at', 'Epoch(train)')


def library(text: str, name: str = 'pycocotools.coco') -> None:
    """Print as a module of this name does."""
    exec(f'print({text!r})', dict(__name__=name))


def test_the_screen_has_what_a_person_needs_and_the_log_all(tiny, log_of, capsys):
    with quiet_screen():
        assert is_quiet()
        library('index created!')  # before there is a log
        runner = tiny(ema=False)
        library('Done (t=0.00s)')  # once there is one
        print('said by a script')
        runner.logger.warning('mind this')
    shown, log = capsys.readouterr().out, log_of(runner)
    assert shown.startswith('about to train\n  dataset: TinyDataset, 22 images\n')
    assert 'learning rate: 0.01\n' in shown
    assert f'trained: checkpoints and results are in {runner.work_dir}, the log in ' in shown
    assert shown.endswith('said by a script\nwarning: mind this\n')
    for line in LOGGED_ONLY:
        assert line in log
        assert line not in shown
    for line in ('index created!', 'Done (t=0.00s)'):
        assert log.count(line) == 1
        assert line not in shown


def test_verbose_shows_all(tiny, capsys):
    with quiet_screen(verbose=True):
        assert not is_quiet()
        tiny(ema=False)
    shown = capsys.readouterr().out
    assert all(line in shown for line in LOGGED_ONLY)
    assert 'batches' not in shown  # a line of progress of ours


def test_results_and_errors_of_libraries_are_shown(tiny, capsys):
    with quiet_screen():
        logger = tiny(ema=False).logger
        capsys.readouterr()
        for name in ('mmseg.evaluation.metrics.iou_metric', 'mmseg.models.heads', 'mine.model'):
            exec('logger.info(__name__)', dict(__name__=name, logger=logger))
        exec("logger.error('fault')", dict(__name__='mmengine.runner', logger=logger))
    shown = capsys.readouterr().out
    assert shown == 'mmseg.evaluation.metrics.iou_metric\nmine.model\nerror: fault\n'


def test_a_line_without_its_break_is_not_lost(tiny, log_of):
    with quiet_screen():
        runner = tiny(ema=False)
        exec("print('half a line', end='')", dict(__name__='torch.x'))
    assert log_of(runner).endswith('half a line\n')


def test_warnings_of_libraries_go_to_the_log_and_ours_are_shown(tiny, log_of):
    with pytest.warns(UserWarning, match='ours') as shown, quiet_screen():  # noqa: PT031
        runner = tiny(ema=False)
        warnings.warn_explicit('theirs', UserWarning, '/x/site-packages/torch/a.py', 1)
        in_checkout = '/x/res2net_mm/.venv/lib/site-packages/torch/a.py'
        warnings.warn_explicit('theirs, too', UserWarning, in_checkout, 1)
        warnings.warn_explicit('ours', UserWarning, '/x/site-packages/res2net_mm/a.py', 1)
        warnings.warn_explicit('ours, too', UserWarning, 'script.py', 1)
    assert [str(warning.message) for warning in shown] == ['ours', 'ours, too']
    log = log_of(runner)
    assert 'UserWarning: theirs\n' in log
    assert 'UserWarning: theirs, too\n' in log


@pytest.mark.parametrize(('error', 'said'), [(RuntimeError, 'loading\n'), (UserError, '')])
def test_without_a_log_nothing_is_lost_where_a_program_fails(capsys, error, said):
    def fail() -> None:
        library('loading')
        raise error('x')

    with pytest.raises(error), quiet_screen():
        fail()
    assert capsys.readouterr() == ('', said)
    assert not is_quiet()


@pytest.mark.parametrize(('line', 'quiet'), [('train c.py', True), ('train c.py --verbose', False)])
def test_commands_are_quiet_unless_told(monkeypatch, line, quiet):
    found = []
    monkeypatch.setattr(res2net_mm.engine, 'train', lambda config: found.append(is_quiet()))
    command, *arguments = line.split()
    assert main(command, arguments) == 0
    assert found == [quiet]
