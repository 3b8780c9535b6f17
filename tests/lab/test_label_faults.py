import pytest

from lab.label_faults import recall_of_deleted
from res2net_mm.errors import UserError


def test_deleted_boxes_are_found_again():
    said = []
    options = dict(images=100, boxes=700, classes=5, detections=4000)
    recalls = recall_of_deleted(**options, say=said.append)
    (once, at_once), (_, at_twice), (_, at_five) = recalls.items()
    assert once >= 10
    assert 0.5 < at_once <= at_twice <= at_five  # some were never detected
    assert 'recall, %' in said[1]
    with pytest.raises(UserError, match='are none'):
        recall_of_deleted(**options, share=0)
