"""The doctor examines this environment and exits with what it found."""

import subprocess
import sys

import pytest
from tool_process import run_afresh

from res2net_mm import doctor
from res2net_mm.cli import main
from res2net_mm.doctor import CHECKS, Finding
from res2net_mm.doctor.finding import run_checks


def test_a_sound_environment_is_well_and_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'none'))
    quick = {name: check for name, check in CHECKS.items() if name != 'backbone'}
    results = list(run_checks(quick))
    assert [str(result) for result in results if not result.ok] == []
    parts = {result.part for result in results}
    assert {'mmdet', 'mmseg', *quick} - {'toolboxes'} <= parts
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(('fix', 'status'), [('', 0), ('do this', 1)])
def test_the_exit_status_says_whether_all_is_well(fix, status, monkeypatch, capsys):
    found = [Finding('a', 'is'), Finding('b', 'is', fix)]
    monkeypatch.setattr(doctor, 'examine', lambda: iter(found))
    assert main('doctor', []) == status
    assert capsys.readouterr().out.splitlines()[-1] == ('problems: 1' if fix else 'all is well')


@pytest.mark.slow
def test_the_doctor_examines_this_environment(tmp_path):
    done = run_afresh('doctor.py', cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == 'all is well'
    assert all(line.startswith('OK ') for line in lines[:-1])
    assert sum(line.split()[1] == 'backbone' for line in lines[:-1]) >= 8


def test_a_stack_that_cannot_be_imported_is_a_line_and_no_traceback(tmp_path):
    """The command has to run where `import res2net_mm` fails."""
    code = (
        'import sys\n'
        'sys.modules["mmcv"] = sys.modules["mmengine"] = None\n'
        'from res2net_mm.cli import main\n'
        'sys.exit(main())\n'
    )
    (tmp_path / 'res2net-mm').write_text(code)
    done = subprocess.run(
        [sys.executable, tmp_path / 'res2net-mm', 'doctor'],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert not done.stderr
    for module in ('mmengine', 'mmcv'):
        assert f'{module} cannot be imported' in done.stdout
    assert 'setup_env.py' in done.stdout
