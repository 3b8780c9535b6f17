"""What the command answers before it has imported anything, and the status it ends with."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

import res2net_mm
from res2net_mm.cli import main
from res2net_mm.cli import main as package_main
from res2net_mm.cli.main import COMMANDS
from res2net_mm.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
module = sys.modules[package_main.__module__]


def run(*arguments: str, cwd: Path, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, '-m', 'res2net_mm', *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)


def test_help_lists_every_command_and_imports_no_torch(tmp_path):
    code = (
        'import sys\n'
        'from res2net_mm.cli import main\n'
        'try:\n'
        '    main()\n'
        'finally:\n'
        '    assert not {"torch", "mmengine"} & sys.modules.keys()\n'
    )
    (tmp_path / 'res2net-mm').write_text(code)
    for arguments in (['--help'], ['train', '--help'], ['presets']):
        command = [sys.executable, tmp_path / 'res2net-mm', *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if arguments[0] == '--help':
            assert all(f'\n  {name} ' in done.stdout for name in COMMANDS)
            assert done.returncode == 0, done.stderr
    assert 'res2net50_26w_4s' in done.stdout


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_has_help_of_its_own(command, monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['res2net-mm', command, '--help'])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f'usage: res2net-mm {command} ')
    assert '--debug' in said


def test_every_command_has_its_tool():
    tools = {
        file.name: found[1]
        for file in (ROOT / 'tools').glob('*.py')
        if (found := re.search(r"main\('([\w-]+)'\)", file.read_text()))
    }
    assert sorted(tools.values()) == sorted(COMMANDS)
    assert {'train.py', 'test.py', 'check_data.py', 'swap_backbone.py'} <= tools.keys()


def test_the_version_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['res2net-mm', '--version'])
    with pytest.raises(SystemExit):
        main()
    assert capsys.readouterr().out.strip() == res2net_mm.__version__


def test_an_unknown_command_is_named(tmp_path):
    done = run('trian', cwd=tmp_path)
    assert done.returncode == 2
    assert 'trian' in done.stderr


@pytest.fixture
def raising(monkeypatch):
    """Return a function that has the command ``doctor`` raise an error."""

    def replace(error: BaseException) -> None:
        def run() -> None:
            raise error

        stand_in = SimpleNamespace(__doc__='', add_options=lambda parser: None, run=run)
        monkeypatch.setattr(module, 'import_module', lambda *_: stand_in)

    return replace


@pytest.mark.parametrize(
    ('error', 'status', 'said'),
    [
        (KeyboardInterrupt(), 130, 'interrupted\n'),
        (module.Terminated(), 143, 'terminated\n'),
    ],
)
def test_a_signal_is_one_line_and_its_status(error, status, said, raising, capsys):
    raising(error)
    assert main('doctor', []) == status
    assert capsys.readouterr().err == said


def test_an_error_of_the_user_is_one_line_and_debug_shows_where(raising, capsys):
    raising(UserError('no such thing'))
    with pytest.raises(SystemExit) as ended:
        main('doctor', [])
    assert ended.value.code == 2
    assert capsys.readouterr().err == 'error: no such thing\n'
    with pytest.raises(UserError):
        main('doctor', ['--debug'])


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_config_loads(number, tmp_path):
    """Loading reports what a config raises, SystemExit included, as an error of the config."""
    (tmp_path / 'slow.py').write_text(
        'import pathlib, time\npathlib.Path("loading").touch()\ntime.sleep(60)\n'
    )
    process = subprocess.Popen(
        [sys.executable, '-m', 'res2net_mm', 'train', 'slow.py'],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has its background jobs ignore SIGINT, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (tmp_path / 'loading').exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert said.splitlines()[-1] == ('interrupted' if number == signal.SIGINT else 'terminated')
    assert 'Traceback' not in said


@pytest.mark.parametrize(
    ('missing', 'arguments'), [('mmcv', ['train', 'x.py']), ('torch', ['cam', '--help'])]
)
def test_an_unfit_stack_is_one_error(missing, arguments, tmp_path):
    code = (
        'import sys\n'
        f'sys.modules["{missing}"] = None\n'
        'from res2net_mm.cli import main\n'
        'sys.exit(main())\n'
    )
    (tmp_path / 'res2net-mm').write_text(code)
    command = [sys.executable, tmp_path / 'res2net-mm', *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f'error: {missing} cannot be imported'), done.stderr
    assert len(done.stderr.splitlines()) == 1
