"""pyproject.toml: extras from the pins, nothing that would replace an installed stack."""

from pathlib import Path

import pytest
from environment.pins import read_pins
from packaging.requirements import Requirement
from setuptools import Distribution
from setuptools.config.pyprojecttoml import apply_configuration

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='module')
def told():
    """What pyproject.toml tells setuptools, with the files that it names read."""
    return apply_configuration(Distribution(dict(src_root=ROOT)), ROOT / 'pyproject.toml')


def test_the_extras_are_the_pins(told):
    pins = read_pins(ROOT / 'requirements')
    extras = told.extras_require
    for name in ('dev', 'export'):
        assert [*map(Requirement, extras[name])] == [Requirement(str(pin)) for pin in pins[name]]
    for line in ('openmmlab', 'original'):
        pinned = {Requirement(str(pin)) for pin in [*pins['torch'], *pins[line]]}
        assert pinned <= set(map(Requirement, extras[line]))


def test_the_templates_of_the_report_are_packaged(told):
    folder = ROOT / 'res2net_mm/report'
    data = told.package_data
    packaged = {
        file
        for package, patterns in data.items()
        for pattern in patterns
        for file in ROOT.joinpath(*package.split('.')).glob(pattern)
        if folder in file.parents
    }
    assert packaged == {file for file in folder.rglob('*') if file.suffix in ('.html', '.md')}
    assert len(packaged) == 4


def test_an_install_beside_any_stack_replaces_nothing(told):
    required = told.install_requires
    # A bare name is met by whatever version is there; absent, pip may add it, so none of the stack.
    assert all(name.isidentifier() for name in required)
    pins = read_pins(ROOT / 'requirements')
    stack = {pin.name.removeprefix('onedl-') for pin in [*pins['torch'], *pins['openmmlab']]}
    original = {'mmengine', 'mmcv', 'mmdet', 'mmsegmentation', 'torchvision'}
    assert not {*required} & (stack | original)
    assert not [name for name in required if 'opencv' in name]


def test_the_bounds_of_python_are_those_of_the_set_up(told):
    from environment.fit_python import HIGHEST, LOWEST

    from res2net_mm.doctor import packages

    assert (packages.LOWEST, packages.HIGHEST) == (LOWEST, HIGHEST)
    assert str(told.python_requires) == '>={}.{}'.format(*LOWEST)
