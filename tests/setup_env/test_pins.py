"""requirements.txt: exact pins in known sections."""

from importlib import metadata
from pathlib import Path

import pytest
from environment.pins import SECTIONS, Pin, read_pins
from environment.report import SetupError
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def project_pins() -> list[Pin]:
    return [pin for section in read_pins(ROOT / 'requirements.txt').values() for pin in section]


def write_requirements(folder: Path, **sections: str) -> Path:
    path = folder / 'requirements.txt'
    bodies = dict.fromkeys(SECTIONS, 'a==1') | sections
    path.write_text(''.join(f'# [{name}] why\n{body}\n\n' for name, body in bodies.items()))
    return path


def test_pins_are_read_by_section(tmp_path):
    text = "# a word\ntorch==2.13.0\ntomli==2.5.0; python_version < '3.11'"
    pins = read_pins(write_requirements(tmp_path, torch=text))
    assert pins['torch'] == [
        Pin('torch', '2.13.0'),
        Pin('tomli', '2.5.0', "; python_version < '3.11'"),
    ]
    assert str(pins['torch'][1]) == "tomli==2.5.0; python_version < '3.11'"
    assert pins['dev'] == [Pin('a', '1')]


@pytest.mark.parametrize('line', ['numpy', 'numpy>=2', 'numpy==2.*', '-r other.txt', 'numpy 2.0'])
def test_a_line_that_is_no_exact_pin_is_refused(tmp_path, line):
    with pytest.raises(SetupError, match=r'line 2: .* is not an exact pin'):
        read_pins(write_requirements(tmp_path, torch=line))


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('a==1\n', 'before the first section'),
        ('# [nonsense]\na==1\n', r'section \[nonsense\] is not one of'),
        ('# [dev]\na==1\n', r'nothing under \[torch\]'),
        ('# [dev]\na==1\n# [dev]\nb==1\n', 'each once'),
    ],
)
def test_sections_must_be_known_and_complete(tmp_path, text, message):
    path = tmp_path / 'requirements.txt'
    path.write_text(text)
    with pytest.raises(SetupError, match=message):
        read_pins(path)


def test_the_projects_pins_name_each_package_once():
    names = [pin.name.lower() for pin in project_pins()]
    assert len(names) == len(set(names))
    assert 'torchvision' not in names  # not a dependency
    assert 'opencv-python' not in names  # needs libGL


def test_what_a_pinned_package_needs_is_pinned_too():
    """All but torch is installed without what it declares to need, so that has to stand there."""
    pins = {canonicalize_name(pin.name): pin.version for pin in project_pins()}
    left_out = {'opencv-python', 'imagecorruptions-imaug'}  # libGL; only to corrupt images
    left_out |= {'coloredlogs', 'flatbuffers', 'openvino-telemetry'}  # nothing here imports them
    for name in pins.keys() - {'torch'}:
        for line in declared_requirements(name):
            need = Requirement(line)
            if need.marker and not need.marker.evaluate({'extra': ''}):
                continue
            needed = canonicalize_name(need.name)
            assert needed in pins or needed in left_out, f'{name} needs {line}'
            assert needed in left_out or need.specifier.contains(pins[needed]), f'{name}: {line}'


def declared_requirements(name: str) -> list[str]:
    """What an installed distribution declares; of the other line, or Python, none is installed."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
