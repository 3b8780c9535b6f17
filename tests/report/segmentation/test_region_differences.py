"""Images and regions in which two segmenters differ, counted literally."""

import cv2
import numpy as np
import pytest
from test_segmenter_runs import read

from res2net_mm.report.segmentation.region_differences import differing_regions, image_iou


@pytest.fixture
def runs(drawn_maps):
    return read(drawn_maps.folders, gt=drawn_maps.gt)


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
