"""Steps and commands: what is shown, kept and said when one fails."""

import io
import sys

import pytest
from environment import report as report_module
from environment.report import Report, SetupError, duration


@pytest.fixture
def report(tmp_path):
    return Report(tmp_path / 'setup.log', stream=io.StringIO())


def test_a_step_says_what_it_came_to_and_keeps_the_output(report):
    with report.step('count'):
        output = report.run([sys.executable, '-c', 'print("one"); print("two")'])
        report.set_detail('two words')
    assert output == 'one\ntwo\n'
    assert report.stream.getvalue().split() == ['count', '0s', 'two', 'words']
    assert 'one\ntwo\n' in report.log.read_text()


FAILING = 'for i in range(99): print("line", i)\nraise SystemExit(3)'


def test_a_failed_command_names_step_log_and_last_lines(report):
    with pytest.raises(SetupError) as fault, report.step('mmcv'):
        report.run([sys.executable, '-c', FAILING])
    message = str(fault.value)
    assert message.startswith(f'mmcv failed (exit status 3, full log: {report.log})')
    assert message.endswith('| line 98')
    assert 'line 50' not in message


@pytest.mark.parametrize(
    ('output', 'cause'),
    [
        ('OSError: [Errno 28] No space left on device', 'the disk is full'),
        ('Temporary failure in name resolution', 'cannot be reached'),
        ('g++: fatal error: Killed signal terminated program cc1plus', 'out of memory'),
    ],
)
def test_a_known_cause_is_said_in_one_sentence(report, output, cause):
    with pytest.raises(SetupError) as fault, report.step('torch'):
        report.run([sys.executable, '-c', f'print({output!r})\n{FAILING}'])
    message = str(fault.value)
    assert message.startswith('torch failed: ')
    assert cause in message
    assert str(report.log) in message
    assert '\n' not in message


def test_progress_shows_how_much_is_done(report, monkeypatch):
    monkeypatch.setattr(report_module, 'QUIET_SECONDS', 0)
    code = 'import time; print("[ 3/78] c++ a.cpp", flush=True); time.sleep(1.2)'
    with report.step('mmcv'):
        report.run([sys.executable, '-c', code])
    assert 'mmcv [  3/78] ' in report.stream.getvalue()


@pytest.mark.parametrize(('seconds', 'text'), [(0.4, '0s'), (59.6, '1m00s'), (72, '1m12s')])
def test_durations_read_well(seconds, text):
    assert duration(seconds) == text
