"""What a user reads of an error, and how it names a parameter."""

import pytest

from res2net_mm.errors import UserError, argument, brief, check_choice, exit_on_user_error


def test_a_user_error_is_one_line_and_status_2(capsys):
    with pytest.raises(SystemExit) as ended, exit_on_user_error():
        raise UserError('no such thing')
    assert ended.value.code == 2
    assert capsys.readouterr().err == 'error: no such thing\n'


def test_a_file_that_cannot_be_opened_is_one_too(tmp_path, capsys):
    with pytest.raises(SystemExit), exit_on_user_error():
        (tmp_path / 'gone').read_text()
    assert capsys.readouterr().err.startswith(f'error: {tmp_path / "gone"}: ')


@pytest.mark.parametrize('error', [KeyError('a fault of the program'), OSError('of no file')])
def test_any_other_error_keeps_its_traceback(error):
    with pytest.raises(type(error)), exit_on_user_error():
        raise error


def test_debug_lets_all_through():
    with pytest.raises(UserError), exit_on_user_error(debug=True):
        raise UserError('no such thing')


@pytest.mark.parametrize(
    ('name', 'value', 'python', 'command'),
    [
        ('work_dir', None, 'work_dir=', '--work-dir'),
        ('amp', True, 'amp=True', '--amp'),
        ('pretrained', False, 'pretrained=False', '--no-pretrained'),
        ('max_dets', 3, 'max_dets=3', '--max-dets 3'),
    ],
)
def test_a_parameter_is_named_as_its_caller_wrote_it(name, value, python, command):
    assert argument(name, value) == python
    with exit_on_user_error():
        assert argument(name, value) == command
    assert argument(name, value) == python


def test_a_choice_that_there_is_not():
    check_choice('to', 'onnx', ['onnx', 'torch'])
    with pytest.raises(UserError, match="to='x' must be one of onnx, torch"):
        check_choice('to', 'x', ['onnx', 'torch'])


def test_the_first_line_of_an_error():
    assert brief(ValueError('first\nsecond')) == 'ValueError: first'
    assert brief(ValueError()) == 'ValueError: '
