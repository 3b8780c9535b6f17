"""What is shown of two runs, and why there may be nothing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from res2net_mm.report.detection.detector_runs import read_detector_runs
from res2net_mm.report.detection.mistakes import find_mistakes
from res2net_mm.report.detection.object_pictures import object_pictures


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_pictures_of_two_runs(drawn, kind):
    runs = read_detector_runs(drawn.files, gt=drawn.gt, images=drawn.images)
    results = [drawn.score(which, iou_type=kind) for which in (0, 1)]
    (part,), notes = object_pictures(runs, results, 3)
    assert notes == []
    ahead = find_mistakes(results[0].matches).total - find_mistakes(results[1].matches).total
    first = part.pictures[0]
    assert first.caption.endswith(f': {ahead.max()} mistakes fewer by b')
    for picture in part.pictures:
        assert [len(row) for row in picture.rows] == [3] * len(picture.rows)
        assert [panel.caption.split(':')[0] for panel in picture.rows[0]] == [
            'ground truth',
            'a',
            'b',
        ]
        for panel in (panel for row in picture.rows for panel in row):
            assert cv2.imdecode(np.frombuffer(panel.jpeg, np.uint8), cv2.IMREAD_COLOR) is not None
    fates = [panel.caption for panel in first.rows[1][1:]]
    assert fates[0] == 'missed by a'
    assert fates[1].startswith('found by b (0.')


def test_without_images_the_reason_is_noted(drawn, tmp_path):
    results = [drawn.score(which) for which in (0, 1)]
    parts, notes = object_pictures(read_detector_runs(drawn.files, gt=drawn.gt), results, 2)
    assert parts == []
    assert notes == [
        "No pictures: the folder of the images is not known; give it with images='DIR'."
    ]
    elsewhere = read_detector_runs(drawn.files, gt=drawn.gt, images=drawn.images)
    elsewhere = [replace(run, images=tmp_path) for run in elsewhere]  # moved since the run
    parts, (note,) = object_pictures(elsewhere, results, 2)
    assert parts == []
    assert note.startswith(f'Images that cannot be read: 2, the first is {tmp_path}')
    runs = read_detector_runs(drawn.files, gt=drawn.gt, images=drawn.images)
    assert object_pictures(runs, results, 0) == ([], [])
    parts, notes = object_pictures(runs, [results[0]] * 2, 2)
    assert parts == []
    assert notes == ['No pictures: in no image does a run make fewer mistakes.']
