"""Labels that were made wrong are shown, by the better of the runs."""

import copy

import pytest

from res2net_mm.evaluation import evaluate_by_size, read_ground_truth
from res2net_mm.evaluation.detection.coco.detections import read_results
from res2net_mm.report.detection.detector_runs import DetectorRun
from res2net_mm.report.detection.label_fault_part import label_fault_part


@pytest.mark.parametrize('kind', ['bbox', 'segm'])
def test_a_deleted_box_is_shown(drawn, kind):
    truth = copy.deepcopy(drawn.truth)
    surest = max(drawn.detections[1], key=lambda d: (d['bbox'][2] > 20, d['score']))
    x, y, w, h = surest['bbox']
    truth['annotations'] = [
        a
        for a in truth['annotations']
        if a['image_id'] != surest['image_id']
        or not (abs(a['bbox'][0] - x) < w / 2 and abs(a['bbox'][1] - y) < h / 2)
    ]
    assert len(truth['annotations']) < len(drawn.truth['annotations'])
    truth = read_ground_truth(truth)
    runs, results = [], []
    for name, detections in zip('ab', drawn.detections, strict=True):
        found = read_results(detections)
        runs.append(DetectorRun(name, None, None, truth, {kind: found}, drawn.images))
        results.append(evaluate_by_size(truth, found, iou_type=kind, errors=True).errors)
    (part,) = label_fault_part(runs, results)
    assert part.text[0].startswith('What b is surest of')
    file = next(i['file_name'] for i in truth.images if i['id'] == surest['image_id'])
    shown = [p for p in part.pictures if p.caption.startswith('missing') and file in p.caption]
    assert [p.rows[0][1].caption.endswith(f' {surest["score"]:.2f}') for p in shown] == [True]
    panels = [panel.name for p in part.pictures for row in p.rows for panel in row]
    assert len(set(panels)) == len(panels)


def test_nothing_without_images(drawn):
    truth, found = read_ground_truth(drawn.truth), read_results(drawn.detections[0])
    run = DetectorRun('a', None, None, truth, {'bbox': found}, None)
    assert label_fault_part([run], [drawn.score(0, errors=True).errors]) == []
