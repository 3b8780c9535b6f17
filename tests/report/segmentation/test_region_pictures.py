"""What is shown of two segmenters, in which colours, and why there may be nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from test_segmenter_runs import read

from res2net_mm.report.segmentation.region_pictures import (
    NO_IMAGE,
    differing_regions,
    image_iou,
    read_region_image,
    region_pictures,
    views,
)

BLUE, ORANGE, INK = (178, 114, 0), (0, 94, 213), (40, 35, 31)  # BGR of two runs and of text


def test_what_differs_has_the_colours_of_the_runs(drawn_maps):
    runs = read(drawn_maps.folders, gt=drawn_maps.gt, images=drawn_maps.images)
    image = read_region_image(*runs, 0)
    truth, a, b = next(iter(drawn_maps.labels.values()))
    *_, plain, drawn = views(image, None, colours=runs[0].colours, runs=(0, 1))
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


@pytest.fixture
def runs(drawn_maps):
    return read(drawn_maps.folders, gt=drawn_maps.gt, images=drawn_maps.images)


def test_pictures_of_two_runs(runs):
    (part,), notes = region_pictures(runs, 3)
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
    assert region_pictures(runs, 0) == ([], [])
    assert region_pictures([runs[0]] * 2, 2) == (
        [],
        ['No pictures: in no image do the runs differ.'],
    )
    large = read([segmenter_dir('large', 0, label_maps=0), segmenter_dir('small', 1)])
    parts, (note,) = region_pictures(large, 2)
    assert parts == []
    assert note.startswith('No pictures: no label maps are kept of large. `res2net-mm test` keeps')
    blind = read(drawn_maps.folders, gt=drawn_maps.gt)
    _, (note,) = region_pictures(blind, 1)
    assert "give their folder with images='DIR'" in note
    assert (read_region_image(*blind, 0).pixels == NO_IMAGE).all()
    # Label maps of another evaluation than that which was scored.
    moved = [replace(run, read_maps=lambda index: (np.zeros((9, 9)),) * 2) for run in runs]
    parts, (note,) = region_pictures(moved, 2)
    assert parts == []
    assert 'another ground truth than was scored' in note


def test_mean_iou_of_an_image_is_that_of_its_classes(drawn_maps, runs):
    for which, run in enumerate(runs):
        expected = []
        for truth, *predicted in drawn_maps.labels.values():
            ious = []
            for label in np.unique(truth):
                a, b = truth == label, predicted[which] == label
                ious.append((a & b).sum() / (a | b).sum())
            expected.append(np.mean(ious))
        assert image_iou(run.regions) == pytest.approx(np.array(expected))


def test_regions_are_ordered_by_pixels(drawn_maps, runs):
    a, b = (run.regions for run in runs)
    for image, (truth, *predicted) in enumerate(drawn_maps.labels.values()):
        apart = []
        for label in np.unique(truth):
            count, parts = cv2.connectedComponents((truth == label).astype(np.uint8))
            for part in range(1, count):
                hits = [((parts == part) & (found == label)).sum() for found in predicted]
                apart.append(abs(int(hits[0]) - int(hits[1])))
        chosen = differing_regions(a, b, image)
        assert {a.truth_image[region] for region in chosen} <= {image}
        found = [abs(int(a.truth.hit[r]) - int(b.truth.hit[r])) for r in chosen]
        assert found == sorted((pixels for pixels in apart if pixels), reverse=True)
    assert differing_regions(a, a, 0) == []
