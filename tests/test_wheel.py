"""The wheel, installed into an empty folder: every public name, and the command, from anywhere."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from res2net_mm.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]

# Imports each module, and asks each package for all that it exports.
IMPORT_ALL = """
import importlib, pathlib, pkgutil, sys
import res2net_mm
assert pathlib.Path(res2net_mm.__file__).is_relative_to(sys.argv[1]), res2net_mm.__file__
modules = [res2net_mm]
for found in pkgutil.walk_packages(res2net_mm.__path__, 'res2net_mm.'):
    if not found.name.endswith(('__main__', '._compiled')):
        modules.append(importlib.import_module(found.name))
for module in modules:
    for name in getattr(module, '__all__', ()):
        getattr(module, name)
print(len(modules))
"""


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """Return a folder with the wheel installed, built from a copy of what it is built from."""
    folder = tmp_path_factory.mktemp('wheel')
    source = folder / 'source'
    source.mkdir()
    leave_out = shutil.ignore_patterns('__pycache__', '*.so')
    for name in ('res2net_mm', 'configs', 'requirements'):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=leave_out)
    for name in ('pyproject.toml', 'setup.py', 'README.md', 'LICENSE'):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, '-m', 'pip', '--quiet', '--disable-pip-version-check']
    build = ['wheel', '--no-deps', '--no-build-isolation', '-w', folder, source]
    done = subprocess.run([*pip, *build], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob('*.whl')
    target = folder / 'installed'
    install = ['install', '--no-deps', '--no-index', '--target', target, wheel]
    done = subprocess.run([*pip, *install], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def run(installed, tmp_path, monkeypatch):
    """Return a function that runs a program of the installed wheel in an empty folder."""
    monkeypatch.setenv('PYTHONPATH', str(installed))

    def run(*words: object) -> str:
        done = subprocess.run(
            list(map(str, words)), cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.mark.slow
def test_every_public_name_is_there(installed, run):
    assert int(run(sys.executable, '-c', IMPORT_ALL, installed).split()[-1]) > 150


@pytest.mark.slow
def test_the_command_works_from_any_folder(installed, run, tmp_path):
    command = (sys.executable, installed / 'bin/res2net-mm')
    said = run(*command, '--help')
    assert all(name in said for name in COMMANDS)
    assert said == run(sys.executable, '-m', 'res2net_mm', '--help')
    assert 'res2net50_26w_4s' in run(*command, 'presets')
    assert 'GFLOPs' in run(*command, 'flops', 'retinanet_r2n50_fpn', '--size', 64, 96)
    assert 'written: ' in run(*command, 'swap', 'faster_rcnn_r50_fpn_voc07', 'res2net_light')
    assert [path.suffix for path in tmp_path.iterdir()] == ['.py']


@pytest.mark.slow
def test_types_templates_and_configs_are_in_it(installed):
    package = installed / 'res2net_mm'
    assert (package / 'py.typed').is_file()
    assert (package / '.mim/model-index.yml').is_file()
    configs = {path.name for path in (package / '.mim/configs').rglob('*.py')}
    assert configs == {path.name for path in (ROOT / 'configs').rglob('*.py')}
    assert not (installed / 'lab').exists()
