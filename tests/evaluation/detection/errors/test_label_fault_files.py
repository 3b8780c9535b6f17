"""The list and the sheets of probable faults of the labels."""

import copy
import json

import cv2
import numpy as np

from res2net_mm.evaluation import evaluate_by_size, read_ground_truth
from res2net_mm.evaluation.detection.errors.label_fault_files import write_label_faults


def test_a_list_and_sheets_of_crops(plant, tmp_path):
    truth, results, _ = plant('missed', 'large')
    truth = copy.deepcopy(truth)
    for image in truth['images']:
        image['file_name'] = f'{image["id"]}.png'
        if image['id'] > 1:
            cv2.imwrite(str(tmp_path / image['file_name']), np.full((640, 640, 3), 99, np.uint8))
    gone = truth['annotations'].pop(9)  # of the second image
    truth['annotations'][20]['bbox'][2] *= 2
    first = truth['annotations'].pop(0)  # of an image that is not there
    truth = read_ground_truth(truth)
    result = evaluate_by_size(truth, results, errors=True).errors
    said = write_label_faults(result, truth, tmp_path / 'out', tmp_path)
    listed = json.loads((tmp_path / 'out/label_faults.json').read_text())['faults']
    missing = [fault for fault in listed if fault['kind'] == 'missing']
    assert {(f['file_name'], tuple(f['bbox'])) for f in missing} == {
        (f'{a["image_id"]}.png', tuple(a['bbox'])) for a in (gone, first)
    }
    loose = [fault for fault in listed if fault['kind'] == 'loose']
    assert [fault['annotation_id'] for fault in loose] == [22]
    assert 'images that cannot be read: 1' in said
    assert cv2.imread(str(tmp_path / 'out/missing_small.png')).shape[1] == 4 * 320
    assert (tmp_path / f'out/loose_{loose[0]["size"]}.png').is_file()
    assert 'no crops' in write_label_faults(result, truth, tmp_path / 'list')
    assert [file.name for file in (tmp_path / 'list').iterdir()] == ['label_faults.json']


def test_masks_without_boxes(make_coco, tmp_path):
    truth, _, masks = make_coco(3)
    for annotation in truth['annotations']:
        del annotation['bbox']
    truth = read_ground_truth(truth)
    result = evaluate_by_size(truth, masks, iou_type='segm', errors=True).errors
    write_label_faults(result, truth, tmp_path)
    faults = json.loads((tmp_path / 'label_faults.json').read_text())['faults']
    assert {fault['kind'] for fault in faults} >= {'loose'}
    assert all(len(fault['bbox']) == 4 for fault in faults)
    assert all(fault.get('labelled_bbox') is None for fault in faults)
