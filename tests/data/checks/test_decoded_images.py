"""Images are decoded to their last pixel, and compared with their labels and each other."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from res2net_mm.data.checks.decoded_images import (
    DecodedImage,
    check_images,
    check_overlap,
    decode,
    decode_all,
)
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.image_file import ORIENTATION


def write(path: Path, seed: int = 0, orientation: int = 1) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def test_what_is_whole_has_a_size_and_a_digest(tmp_path):
    image = decode(write(tmp_path / 'a.png', orientation=6))
    assert (image.size, image.orientation, image.fault) == ((80, 60), 6, '')
    assert image.digest == decode(write(tmp_path / 'b.png')).digest
    assert image.digest != decode(write(tmp_path / 'c.png', seed=1)).digest


@pytest.mark.parametrize('share', [0, 0.3, 0.7])
def test_what_is_cut_short_has_a_fault(share, tmp_path):
    content = write(tmp_path / 'a.jpg').read_bytes()
    (tmp_path / 'a.jpg').write_bytes(content[: int(share * len(content))])
    image = decode(tmp_path / 'a.jpg')
    assert image.fault
    assert (image.size, image.digest) == (None, b'')


def test_what_opencv_cannot_read_has_a_fault(tmp_path):
    Image.new('RGB', (32, 32)).save(tmp_path / 'a.ico')
    assert 'OpenCV' in decode(tmp_path / 'a.ico').fault


def test_files_that_are_not_there_are_passed_over(tmp_path):
    file = write(tmp_path / 'a.png')
    assert list(decode_all([file, tmp_path / 'gone.png', file], 'images')) == [file]


@pytest.mark.parametrize(
    ('image', 'said', 'severity', 'words'),
    [
        (DecodedImage(fault='broken'), (60, 80), PROBLEM, 'cannot be decoded'),
        (DecodedImage((60, 80)), (60, 81), PROBLEM, 'another size'),
        (DecodedImage((80, 60), 6), (60, 80), PROBLEM, 'EXIF turns, so that'),
        (DecodedImage((60, 80), 3), (60, 80), PROBLEM, 'EXIF turns, so that'),
        (DecodedImage((80, 60), 6), (80, 60), NOTE, 'labelled as they are shown'),
        (DecodedImage((60, 60), 6), (60, 60), PROBLEM, 'EXIF turns, so that'),
        (DecodedImage((60, 80)), (60, 80), None, ''),
        (DecodedImage((60, 80)), None, None, ''),
    ],
)
def test_images_are_compared_with_their_labels(image, said, severity, words):
    findings, file = Findings(), Path('a.jpg')
    check_images(Path('list'), {file: said}, {file: image}, findings)
    if severity is None:
        assert findings == []
    else:
        (finding,) = findings
        assert finding.severity == severity
        assert words in finding.name
        assert 'a.jpg' in finding.examples[0]


def test_the_same_pixels_under_another_name_are_found():
    train, twin, other = Path('a.jpg'), Path('b.jpg'), Path('c.jpg')
    decoded = {file: DecodedImage((1, 1), digest=b'x') for file in (train, twin)}
    decoded[other] = DecodedImage((1, 1), digest=b'y')
    findings = Findings()
    check_overlap([train], [twin, other], decoded, source=Path('l'), name='val', findings=findings)
    assert [finding.examples for finding in findings] == [('b.jpg is a.jpg',)]
