"""requirements/: exact pins in known files."""

from importlib import metadata
from pathlib import Path

import pytest
from environment.pins import SECTIONS, Pin, read_pins
from environment.report import SetupError
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


def project_pins() -> list[Pin]:
    return [pin for pins in read_pins(ROOT / 'requirements').values() for pin in pins]


def write_requirements(folder: Path, **files: str | None) -> Path:
    """Write a file for each section; None leaves one out."""
    for name, text in (dict.fromkeys(SECTIONS, 'a==1\n') | files).items():
        if text is not None:
            (folder / f'{name}.txt').write_text(text)
    return folder


def test_pins_are_read_by_section(tmp_path):
    text = "# a word\ntorch==2.13.0\n\ntomli==2.5.0; python_version < '3.11'\n"
    pins = read_pins(write_requirements(tmp_path, torch=text))
    assert pins['torch'] == [
        Pin('torch', '2.13.0'),
        Pin('tomli', '2.5.0', "; python_version < '3.11'"),
    ]
    assert str(pins['torch'][1]) == "tomli==2.5.0; python_version < '3.11'"
    assert pins['dev'] == [Pin('a', '1')]


@pytest.mark.parametrize('line', ['numpy', 'numpy>=2', 'numpy==2.*', '-r other.txt', 'numpy 2.0'])
def test_a_line_that_is_no_exact_pin_is_refused(tmp_path, line):
    with pytest.raises(SetupError, match=r'torch\.txt, line 2: .* is not an exact pin'):
        read_pins(write_requirements(tmp_path, torch=f'# why\n{line}\n'))


@pytest.mark.parametrize(
    ('files', 'message'),
    [
        (dict(nonsense='a==1\n'), 'nonsense is not one of'),
        (dict(torch='# why\n'), r'nothing in torch\.txt'),
        (dict(torch=None, dev=None), r'nothing in torch\.txt, dev\.txt'),
    ],
)
def test_files_must_be_known_and_complete(tmp_path, files, message):
    with pytest.raises(SetupError, match=message):
        read_pins(write_requirements(tmp_path, **files))


@pytest.mark.parametrize('other_line', ['openmmlab', 'original'])
@pytest.mark.parametrize('python', ['3.10', '3.11', '3.12', '3.13', '3.14'])
def test_the_projects_pins_name_each_package_once(python, other_line):
    pins = read_pins(ROOT / 'requirements')
    del pins[other_line]
    pinned = [pin for section in pins.values() for pin in section]
    markers = [(pin.name.lower(), Requirement(str(pin)).marker) for pin in pinned]
    names = [name for name, m in markers if not m or m.evaluate({'python_version': python})]
    assert len(names) == len(set(names))
    assert {'numpy', 'opencv-python-headless', 'onnxruntime', 'torch'} <= set(names)
    assert 'opencv-python' not in names  # needs libGL


def test_what_a_pinned_package_needs_is_pinned_too():
    """All but torch is installed without what it declares to need, so that has to stand there."""
    pins = {
        canonicalize_name(pin.name): pin.version
        for pin in project_pins()
        if not (marker := Requirement(str(pin)).marker) or marker.evaluate()
    }
    left_out = {'opencv-python', 'imagecorruptions-imaug'}  # libGL; only to corrupt images
    left_out |= {'coloredlogs', 'flatbuffers', 'openvino-telemetry'}  # nothing here imports them
    left_out |= {'chumpy', 'json-tricks', 'importlib-metadata'}  # nor these, of MMPose, MMPretrain
    left_out |= {'modelindex'}  # an empty package that requires model-index, which is pinned
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


def test_the_file_at_the_top_leads_to_the_pins():
    lines = (ROOT / 'requirements.txt').read_text().splitlines()
    files = [line.removeprefix('-r ') for line in lines if not line.startswith('#')]
    assert files == ['requirements/torch.txt', 'requirements/runtime.txt']
    assert all((ROOT / file).is_file() for file in files)
