"""The worst image of a kind: counted by hand, drawn with its errors."""

import numpy as np
import pytest

from res2net_mm.evaluation import read_ground_truth
from res2net_mm.evaluation.detection.coco.detections import read_results
from res2net_mm.evaluation.detection.errors import KINDS
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.error_pictures import (
    costliest_bin,
    error_pictures,
    worst_image,
)


@pytest.fixture(scope='module')
def result(drawn):
    return drawn.score(0, errors=True).errors


def test_a_kind_is_shown_where_it_costs_most(result):
    missed = [column.scores['missed'] for column in result.bins]
    assert costliest_bin(result, 'missed') == 1 + missed.index(max(missed))
    nothing = [k for k in KINDS if all(c.scores[k] == 0 for c in result.bins)]
    assert all(costliest_bin(result, kind) is None for kind in nothing)


def test_the_worst_image_has_the_most_missed_objects_or_the_surest_errors(result):
    matches, found = result.costs.matches, result.found
    image, errors = worst_image(result, KINDS.index('missed'), 1)
    counts = np.bincount(matches.truth.image[found.missed[1]])
    assert len(errors) == counts.max() == counts[image]
    kind = KINDS.index('localisation')
    image, errors = worst_image(result, kind, 0)
    scores = matches.found.score[errors]
    assert (np.diff(scores) <= 0).all()
    assert (matches.found.image[errors] == image).all()
    assert (found.kind[0, errors] == kind).all()


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_pictures_show_ground_truth_and_errors(drawn, kind):
    truth = read_ground_truth(drawn.truth)
    found = read_results(drawn.detections[0])
    run = DetectorRun('run', None, None, truth, {kind: found}, drawn.images)
    result = drawn.score(0, iou_type=kind, errors=True).errors
    image = np.full((480, 640, 3), 90, np.uint8)
    pictures = error_pictures([run], [result], lambda index: (f'{index}.jpg', image))
    shown = [k for k in KINDS if costliest_bin(result, k) is not None]
    assert len(pictures) == len(shown) >= 2
    for name, picture in zip(shown, pictures, strict=True):
        assert f' {name} at ' in picture.caption
        plain, marked = picture.rows[0]
        assert plain.caption == 'ground truth'
        assert plain.jpeg != marked.jpeg
    assert error_pictures([run], [result], lambda index: 'no such file') == []
