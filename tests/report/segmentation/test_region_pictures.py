"""What is shown of two segmenters, in which colours, and why there may be nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from test_segmenter_runs import read

from res2net_mm.report.segmentation.region_differences import image_iou
from res2net_mm.report.segmentation.region_image import NO_IMAGE, read_region_image, views
from res2net_mm.report.segmentation.region_pictures import region_picture_part

BLUE, ORANGE, INK = (178, 114, 0), (0, 94, 213), (40, 35, 31)  # BGR of two runs and of text


@pytest.fixture
def runs(drawn_maps):
    return read(drawn_maps.folders, gt=drawn_maps.gt, images=drawn_maps.images)


def test_what_differs_has_the_colours_of_the_runs(drawn_maps, runs):
    image = read_region_image(*runs, 0)
    truth, a, b = next(iter(drawn_maps.labels.values()))
    *_, plain, drawn = views(image, None, 4096, colours=runs[0].colours, runs=(0, 1))
    np.testing.assert_array_equal(plain.pixels, image.pixels)
    for where, colour in (
        ((a == truth) & (b != truth), BLUE),
        ((a != truth) & (b == truth), ORANGE),
        ((a != truth) & (b != truth), INK),
    ):
        assert where.any()
        assert (drawn.pixels[where] == colour).all()
    same = drawn.pixels[(a == truth) & (b == truth)]
    assert (same == same[:, :1]).all()
    assert same.min() >= 0.6 * 255 - 1


def test_pictures_of_two_runs(runs):
    part, notes = region_picture_part(runs, 3)
    assert notes == []
    ahead = image_iou(runs[1].regions) - image_iou(runs[0].regions)
    assert part.pictures[0].caption.endswith(
        f': fine ahead by {100 * ahead.max():.1f} points of mean IoU'
    )
    names = []
    for picture in part.pictures:
        whole, below, *close = picture.rows
        assert [panel.caption.split(':')[0] for panel in (*whole, *below)] == [
            *('ground truth', 'coarse', 'fine', 'image', 'what differs')
        ]
        assert [len(row) for row in close] == [5] * len(close)
        for panel in (panel for row in picture.rows for panel in row):
            names.append(panel.name)
            assert cv2.imdecode(np.frombuffer(panel.jpeg, np.uint8), cv2.IMREAD_COLOR) is not None
        for row in close:
            assert row[1].caption.endswith(' % found')
    assert len(set(names)) == len(names)
    assert any(len(picture.rows) > 2 for picture in part.pictures)
    assert list(part.keys['What differs']) == [
        *('only coarse right', 'only fine right', 'neither right')
    ]
    assert set(part.keys['Classes']) <= set(runs[0].regions.categories)


def test_reasons_are_noted(drawn_maps, runs, segmenter_dir):
    assert region_picture_part(runs, 0) == (None, [])
    assert region_picture_part([runs[0]] * 2, 2) == (
        None,
        ['No pictures: in no image do the runs differ.'],
    )
    large = read([segmenter_dir('large', 0, label_maps=0), segmenter_dir('small', 1)])
    part, (note,) = region_picture_part(large, 2)
    assert part is None
    assert note.startswith('No pictures: no label maps are kept of large. tools/test.py keeps')
    blind = read(drawn_maps.folders, gt=drawn_maps.gt)
    part, (note,) = region_picture_part(blind, 1)
    assert 'said with --images DIR' in note
    assert (read_region_image(*blind, 0).pixels == NO_IMAGE).all()
    # Label maps of another evaluation than that which was scored.
    moved = [replace(run, read_maps=lambda index: (np.zeros((9, 9)),) * 2) for run in runs]
    part, (note,) = region_picture_part(moved, 2)
    assert part is None
    assert 'another ground truth than was scored' in note
