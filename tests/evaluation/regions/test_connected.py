import numpy as np
from scipy import ndimage

from res2net_mm.evaluation.regions.connected import connected_regions


def test_regions_are_those_of_scipy(make_maps):
    for labels, _ in make_maps(8, classes=4):
        found = connected_regions(labels, 4)
        assert found.area.sum() == (labels < 4).sum()
        for label in range(4):
            ids, count = ndimage.label(labels == label, structure=np.ones((3, 3)))
            assert (found.category == label).sum() == count
            for region in np.flatnonzero(found.category == label):
                inside = found.ids == region
                assert inside.sum() == found.area[region]
                assert len(np.unique(ids[inside])) == 1
        assert (found.ids[labels >= 4] == -1).all()


def test_a_map_of_no_class_has_no_regions():
    found = connected_regions(np.full((3, 3), 9, np.uint8), 4)
    assert len(found.area) == len(found.category) == 0
