"""Images that training cannot read, or reads otherwise than they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from res2net_mm.data.checks.image_kinds import check_kinds, check_looks
from res2net_mm.data.checks.image_look import Look
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_file import Header

RAMP = np.tile(np.arange(80, dtype=np.uint8), (60, 1))
A, B = Path('a.png'), Path('b.png')
HEADER = Header((60, 80), 1, 'PNG I;16B', False)
DEEP = '16-bit numbers'


def found(looks, headers=None):
    findings = Findings(stop=False)
    check_looks(headers or dict.fromkeys(looks, HEADER), looks, Path('list'), findings)
    return findings


@pytest.mark.parametrize(
    ('look', 'severity', 'what', 'example', 'fix'),
    [
        (
            Look((60, 80), (0, 13), (0, 3504), DEEP),
            PROBLEM,
            'images of 16-bit numbers 0..3504, which training sees as 0..13 of 0..255',
            'a.png: 0..3504 seen as 0..13',
            'save them in 8 bits, such as PNG, 0 as 0 and 3504 as 255',
        ),
        (
            Look((60, 80), (0, 255), (-1000, 2808), DEEP),
            PROBLEM,
            'images of 16-bit numbers -1000..2808, which training sees as 0..255 of 0..255',
            'a.png: -1000..2808 seen as 0..255',
            'save them in 8 bits, such as PNG, -1000 as 0 and 2808 as 255',
        ),
        (
            Look((60, 80), (0, 255), (0, 65535), DEEP),
            NOTE,
            'images of 16-bit numbers 0..65535, of which training sees the upper 8 bits',
            'a.png',
            '',
        ),
        (
            Look(None, stored=(0.0, 0.75), kind='32-bit floats'),
            ERROR,
            'images that training cannot read, of 32-bit floats 0..0.75',
            'a.png',
            'save them in 8 bits, such as PNG, 0 as 0 and 0.75 as 255',
        ),
        (
            Look((60, 80), kind='TIFF LAB', off=11.7),
            PROBLEM,
            'images whose colours in training are off those that other programs show',
            'a.png (TIFF LAB): 12 of 255',
            'save them in RGB of 8 bits, such as PNG',
        ),
        (
            Look((60, 80), clear=0.25),
            NOTE,
            'images with transparent pixels, which training sees in the colours stored under them',
            'a.png: 25.0% of it',
            '',
        ),
        (
            Look((60, 80), frames=3),
            NOTE,
            'files of several images, of which training sees one',
            'a.png: 3',
            '',
        ),
        (
            Look((60, 80), (0, 13)),
            PROBLEM,
            'images that are all but black as training sees them',
            'a.png: 0..13 of 0..255',
            'take them out of the list or, if they show anything, save them brighter',
        ),
        (
            Look((80, 60)),
            PROBLEM,
            'images that training reads in another size than other programs show',
            'a.png is 80x60 px, read as 60x80 px',
            'store the pixels upright, without EXIF',
        ),
    ],
)
def test_what_training_sees_badly_is_told_with_its_numbers(look, severity, what, example, fix):
    (finding,) = found({A: look})
    assert (finding.name, finding.severity, finding.fix) == (what, severity, fix)
    assert finding.examples == (example,)


def test_what_training_sees_as_it_is_is_not_told():
    assert found({A: Look((60, 80), (0, 16))}) == []


def test_the_range_is_that_of_all_images_of_a_kind():
    dark, bright = (
        Look((60, 80), (0, 9), (5, 2500), DEEP),
        Look((60, 80), (0, 250), (0, 64000), DEEP),
    )
    (finding,) = found({A: dark, B: bright})
    assert finding.severity == NOTE
    assert finding.name.startswith('images of 16-bit numbers 0..64000')


def test_a_kind_of_which_nothing_that_was_looked_at_can_be_read_cannot_be_read():
    headers = {Path(f'{i}.tif'): HEADER for i in range(30)}
    (finding,) = found({Path('7.tif'): Look(kind='32-bit floats')}, headers)
    assert (finding.count, finding.examples) == (30, ('0.tif', '1.tif', '2.tif'))
    looks = {Path('7.tif'): Look(kind='PNG RGBA'), Path('8.tif'): Look((60, 80))}
    (finding,) = found(looks, headers)
    assert (finding.count, finding.examples) == (1, ('7.tif',))


def test_floats_stop_training_and_plain_images_are_not_decoded(tmp_path, monkeypatch):
    plain, deep = tmp_path / 'a.jpg', tmp_path / 'b.tif'
    cv2.imwrite(str(plain), RAMP)
    check_kinds([plain], Path('list'), findings := Findings())
    assert findings == []
    Image.fromarray(RAMP / np.float32(100)).save(deep)
    message = r'list: images that training cannot read, of 32-bit floats 0\.\.0\.79: 1 \(b\.tif\)'
    with pytest.raises(UserError, match=message):
        check_kinds([plain, deep], Path('list'), findings)
    monkeypatch.setattr(Path, 'read_bytes', None)
    check_kinds([plain], Path('list'), findings)


def test_a_few_of_many_deep_images_are_decoded(tmp_path):
    files = [tmp_path / f'{i:02}.png' for i in range(20)]
    for i, file in enumerate(files):
        cv2.imwrite(str(file), RAMP.astype(np.uint16) * 16 + i)
    check_kinds(files, Path('list'), findings := Findings())
    (finding,) = findings
    assert (finding.count, finding.examples[1]) == (20, '03.png: 3..1267 seen as 0..4')
    assert finding.name.startswith('images of 16-bit numbers 0..1282')
