"""The headers of images against the sizes that their labels say."""

from pathlib import Path

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import Header

FILE = Path('set/a.jpg')


@pytest.mark.parametrize(
    ('header', 'said', 'severity', 'words', 'example'),
    [
        (
            UserError(f'image {FILE} cannot be read: it is empty.'),
            (60, 80),
            ERROR,
            'images that cannot be read',
            'a.jpg: it is empty',
        ),
        (
            Header((60, 80)),
            (60, 81),
            PROBLEM,
            'images of another size than their labels say',
            'a.jpg is 80x60 px, listed as 81x60 px',
        ),
        (
            Header((80, 60), 6),
            (60, 80),
            PROBLEM,
            'EXIF turns, so that',
            'a.jpg: orientation 6, 60x80 px shown, listed as 80x60 px',
        ),
        (Header((60, 80), 3), (60, 80), PROBLEM, 'EXIF turns, so that', 'a.jpg: orientation 3'),
        (Header((60, 60), 6), (60, 60), PROBLEM, 'EXIF turns, so that', 'a.jpg: orientation 6'),
        (Header((80, 60), 6), (80, 60), NOTE, 'labelled as they are shown', 'a.jpg'),
    ],
)
def test_what_does_not_fit_is_found(header, said, severity, words, example):
    findings = Findings(stop=False)
    check_headers(Path('list'), {FILE: said}, {FILE: header}, findings)
    (finding,) = findings
    assert (finding.severity, finding.count) == (severity, 1)
    assert words in finding.name
    assert finding.examples[0].startswith(example)


@pytest.mark.parametrize('said', [(60, 80), None])
def test_what_fits_is_not_told_nor_what_is_not_there(said):
    findings = Findings()
    check_headers(
        Path('list'), {FILE: said, Path('gone'): said}, {FILE: Header((60, 80))}, findings
    )
    assert findings == []


def test_an_unreadable_image_stops_training_with_its_name_and_what_to_do():
    header = UserError(f'image {FILE} cannot be read: it is empty.')
    with pytest.raises(UserError, match=r'list: .*\(a.jpg: it is empty\). Fix: get the files anew'):
        check_headers(Path('list'), {FILE: None}, {FILE: header}, Findings())
