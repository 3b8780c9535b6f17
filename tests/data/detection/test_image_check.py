"""Images of a split: missing, unreadable, or turned by EXIF and listed as stored."""

from dataclasses import replace
from pathlib import Path

import pytest
from folders import coco_content
from PIL import Image

from res2net_mm.data.detection.image_check import clean_images
from res2net_mm.errors import UserError
from res2net_mm.formats import BoxImages, Findings
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_file import ORIENTATION

UPRIGHT, LYING = [50, 60, 10, 15], [60, 50, 15, 10]  # fit 60 x 80 px alone, 80 x 60 px alone
BOTH = [1, 1, 20, 20]


def split_of(root: Path, boxes, turned=6) -> BoxImages:
    """Images listed as 80 x 60 px, which EXIF turns to 60 x 80 px, with one box each."""
    names = [f'{i}.jpg' for i in range(len(boxes))]
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    for name in names:
        Image.new('RGB', (80, 60)).save(root / name, exif=exif)
    content = coco_content(names)
    for annotation, box in zip(content['annotations'], boxes, strict=True):
        annotation['bbox'] = box
    return BoxImages(root / 'list.json', root, content)


def sizes(images):
    return [(image['height'], image['width']) for image in images]


@pytest.mark.parametrize(
    ('boxes', 'shown', 'told'),
    [
        ([UPRIGHT, BOTH], [True, True], [(NOTE, 'fits 1 of their boxes', 2)]),
        ([LYING, BOTH], [False, False], [(PROBLEM, 'EXIF turns, so that', 2)]),
        ([BOTH, BOTH], [False, False], [(PROBLEM, 'EXIF turns, so that', 2)]),
        (
            [UPRIGHT, LYING, BOTH],
            [True, False, False],
            [(NOTE, 'fits 1 of their boxes', 1), (PROBLEM, 'EXIF turns, so that', 2)],
        ),
    ],
)
def test_the_shown_size_is_taken_where_only_it_fits(boxes, shown, told, tmp_path):
    findings = Findings()
    images = clean_images(split_of(tmp_path, boxes), findings)
    assert sizes(images) == [(80, 60) if each else (60, 80) for each in shown]
    assert [(finding.severity, finding.count) for finding in findings] == [
        (severity, count) for severity, _, count in told
    ]
    for finding, (_, words, _) in zip(findings, told, strict=True):
        assert words in finding.name


def test_a_size_that_is_not_listed_is_that_of_the_shown_image(tmp_path):
    split = split_of(tmp_path, [UPRIGHT])
    images = [{'id': 1, 'file_name': '0.jpg'}]
    findings = Findings()
    cleaned = clean_images(replace(split, content={**split.content, 'images': images}), findings)
    assert cleaned == [{'id': 1, 'file_name': '0.jpg', 'height': 80, 'width': 60}]
    assert [finding.name for finding in findings] == [
        'images listed without height and width, which were read from the files'
    ]


def test_what_cannot_be_read_or_is_not_there_stops_or_is_left_out(tmp_path):
    split = split_of(tmp_path, [UPRIGHT, BOTH, BOTH], turned=1)
    (tmp_path / '1.jpg').write_bytes(b'')
    for image, size in zip(
        split.content['images'], [(60, 80), (60, 80), (None, None)], strict=True
    ):
        image['height'], image['width'] = size
    (tmp_path / '2.jpg').unlink()
    findings = Findings(stop=False)
    assert [image['id'] for image in clean_images(split, findings)] == [1]
    assert [(f.severity, f.count, f.examples) for f in findings] == [
        (ERROR, 1, ('2.jpg',)),
        (ERROR, 1, ('1.jpg: it is empty: get it anew',)),
    ]
    with pytest.raises(UserError, match='missing from'):
        clean_images(split, Findings())
