"""setup.py: extras from the pins, nothing that would replace an installed stack."""

from pathlib import Path

import pytest
import setuptools
from environment.pins import read_pins

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def told(load, monkeypatch):
    """What setup.py tells setuptools."""
    arguments = {}
    monkeypatch.setattr(setuptools, 'setup', arguments.update)
    load('setup.py')
    return arguments


def test_the_extras_are_the_pins(told):
    pins = read_pins(ROOT / 'requirements.txt')
    extras = told['extras_require']
    for name in ('dev', 'export'):
        assert [line.replace(' ', '') for line in extras[name]] == [
            str(pin).replace(' ', '') for pin in pins[name]
        ]
    for line in ('openmmlab', 'original'):
        assert {str(pin) for pin in [*pins['torch'], *pins[line]]} <= set(extras[line])


def test_the_templates_of_the_report_are_packaged(told):
    folder = ROOT / 'res2net_mm/report/page'
    patterns = told['package_data']['res2net_mm.report.page']
    packaged = {file for pattern in patterns for file in folder.glob(pattern)}
    assert packaged == {file for file in folder.rglob('*') if file.suffix in ('.html', '.md')}
    assert len(packaged) == 4


def test_an_install_beside_any_stack_replaces_nothing(told):
    required = told['install_requires']
    # A bare name is met by whatever version is there; absent, pip may add it, so none of the stack.
    assert all(name.isidentifier() for name in required)
    pins = read_pins(ROOT / 'requirements.txt')
    stack = {pin.name.removeprefix('onedl-') for pin in [*pins['torch'], *pins['openmmlab']]}
    original = {'mmengine', 'mmcv', 'mmdet', 'mmsegmentation', 'torchvision'}
    assert not {*required} & (stack | original)
    assert not [name for name in required if 'opencv' in name]
