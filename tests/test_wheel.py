"""The wheel, installed into an empty folder: every public name, and the command, from anywhere."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
from functools import partial
from pathlib import Path

import pytest
import yaml

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


PIP = (sys.executable, '-m', 'pip', '--quiet', '--disable-pip-version-check')


def call(*words, cwd=None, **environment):
    """Run a program and return what it said."""
    done = subprocess.run(
        list(map(str, words)),
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(source, folder, **environment):
    """Build the wheel of a source into a folder, and install it beside; return both paths."""
    wheel_of = ('wheel', '--no-deps', '--no-build-isolation', '-w', folder, source)
    call(*PIP, *wheel_of, **environment)
    (wheel,) = folder.glob('*.whl')
    call(*PIP, 'install', '--no-deps', '--no-index', '--target', folder / 'installed', wheel)
    return wheel, folder / 'installed'


@pytest.fixture(scope='module')
def source(tmp_path_factory):
    """Return a copy of what a wheel is built from."""
    source = tmp_path_factory.mktemp('source')
    leave_out = shutil.ignore_patterns('__pycache__', '*.so')
    for name in ('res2net_mm', 'configs', 'requirements', 'tools'):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=leave_out)
    for name in ('pyproject.toml', 'setup.py', 'README.md', 'LICENSE'):
        shutil.copy(ROOT / name, source)
    return source


@pytest.fixture(scope='module')
def wheel(source, tmp_path_factory):
    """Return the wheel with the kernels, and the folder where it is installed."""
    return build(source, tmp_path_factory.mktemp('kernels'), RES2NET_MM_KERNELS='required')


@pytest.fixture(scope='module')
def installed(wheel):
    """Return the folder with the wheel installed."""
    return wheel[1]


@pytest.fixture
def run(installed, tmp_path, monkeypatch):
    """Return a function that runs a program of the installed wheel in an empty folder."""
    monkeypatch.setenv('PYTHONPATH', str(installed))

    return partial(call, cwd=tmp_path)


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


# Where the package lies and whether its kernels do, with what a network computes on both ways.
KERNELS = """
import sys, torch
import res2net_mm
from res2net_mm.acceleration import kernels
torch.manual_seed(0)
net = res2net_mm.build('res2net_light_14w_4s')
net.init_weights()
image = torch.rand(1, 3, 64, 64).requires_grad_()
sum(feature.square().mean() for feature in net(image)).backward()
print(res2net_mm.__file__.startswith(sys.argv[1]), kernels.are_built(), float(image.grad.norm()))
"""


@pytest.mark.slow
def test_one_wheel_with_the_kernels_serves_every_python(wheel, run):
    assert wheel[0].name.split('-')[2:4] == ['cp310', 'abi3']
    said = run(sys.executable, '-c', KERNELS, wheel[1]).split()
    assert said[-3:-1] == ['True', 'True']
    (file,) = wheel[1].rglob('_compiled*')
    assert file.name == '_compiled.abi3.so'


@pytest.mark.slow
def test_a_pure_wheel_is_built_from_the_source_distribution(source, wheel, tmp_path, run):
    make = f'from setuptools import build_meta as b; b.build_sdist({str(tmp_path)!r})'
    call(sys.executable, '-c', make, cwd=source)
    (archive,) = tmp_path.glob('*.tar.gz')
    with tarfile.open(archive) as content:
        names = {name.partition('/')[2] for name in content.getnames()}
    assert {f'res2net_mm/acceleration/kernels/{n}' for n in ('rows.h', 'batch_norm.c')} <= names
    pure, folder = build(archive, tmp_path, RES2NET_MM_KERNELS='none')
    assert pure.name.endswith('-py3-none-any.whl')
    files = [sorted(p.relative_to(f) for p in f.rglob('*.*')) for f in (folder, wheel[1])]
    left_out = {path.name for path in set(files[1]) - set(files[0]) if 'dist-info' not in str(path)}
    assert left_out == {'_compiled.abi3.so'}
    said = run(sys.executable, '-c', KERNELS, folder, PYTHONPATH=str(folder)).split()
    assert said[-3:-1] == ['True', 'False']
    theirs = run(sys.executable, '-c', KERNELS, wheel[1]).split()
    assert float(said[-1]) == pytest.approx(float(theirs[-1]), rel=1e-4)


@pytest.mark.slow
def test_mim_finds_what_it_looks_for(installed, run):
    """Mim opens `.mim` in the place that the distribution's metadata names, and no other."""
    (distribution,) = importlib.metadata.distributions(name='res2net_mm', path=[str(installed)])
    folder = Path(distribution.locate_file('res2net_mm')) / '.mim'
    index = yaml.safe_load((folder / 'model-index.yml').read_text())
    models = [
        model
        for name in index['Import']
        for model in yaml.safe_load((folder / name).read_text())['Models']
    ]
    assert len({model['Name'] for model in models}) == len(models) > 50
    for model in models:
        assert (folder / model['Config']).is_file()
        assert model['Name'] == Path(model['Config']).stem.lower()  # `mim search --config` lowers
        assert all(model['Metadata'][key] for key in model['Metadata'])  # it reads the first entry
    assert '--work-dir' in run(sys.executable, folder / 'tools/train.py', '-h')
    assert (folder / 'tools/test.py').is_file()
    assert not (folder / 'tools/setup_env.py').exists()
