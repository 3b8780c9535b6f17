"""What an evaluation leaves behind gives the same numbers again."""

import json
import math
import shutil

import pytest
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.evaluation import (
    evaluate_by_size,
    make_bins,
    read_ground_truth,
    read_saved_evaluation,
    save_evaluation,
)

OPTIONS = dict(
    bins=make_bins([('tiny', 0, 30), ('rest', 30, None)], 'side'),
    area_of='box',
    protocol='coco',
    max_dets=(1, math.inf),
    on_error='skip',
)


def save(folder, truth, boxes, **changed):
    arguments = dict(
        ground_truth=read_ground_truth(truth),
        ground_truth_file=None,
        images='/pictures',
        detections={'bbox': boxes},
        options=OPTIONS,
    )
    return save_evaluation(folder, **{**arguments, **changed})


def test_the_same_numbers_come_out_again(make_coco, tmp_path):
    truth, boxes, _ = make_coco(1)
    save(tmp_path / 'run', truth, boxes)
    saved = read_saved_evaluation(tmp_path / 'run')
    assert saved.options == OPTIONS
    assert saved.images == '/pictures'
    again = evaluate_by_size(
        saved.read_ground_truth(), saved.read_detections('bbox'), **saved.options
    )
    assert again == evaluate_by_size(truth, boxes, **OPTIONS)


def test_only_the_evaluated_classes_come_back(make_coco, tmp_path):
    truth, boxes, _ = make_coco(1)
    file = tmp_path / 'gt.json'
    file.write_text(json.dumps(truth))
    ants = read_ground_truth(truth).of_categories({2})
    save(tmp_path / 'run', truth, boxes, ground_truth=ants, ground_truth_file=file)
    assert read_saved_evaluation(tmp_path / 'run').read_ground_truth() == ants
    truth['categories'] = [c for c in truth['categories'] if c['name'] != 'ant']
    file.write_text(json.dumps(truth))
    with pytest.raises(UserError, match='it has 0 of the 1 classes'):
        read_saved_evaluation(tmp_path / 'run').read_ground_truth()


def test_masks_of_a_model_are_written_as_text(make_coco, tmp_path):
    truth, _, masks = make_coco(1)
    for entry in masks:
        entry['segmentation'] = mask_api.encode(mask_api.decode(entry['segmentation']))
        assert isinstance(entry['segmentation']['counts'], bytes)
    save(tmp_path, truth, [], detections={'segm': masks})
    saved = read_saved_evaluation(tmp_path)
    assert evaluate_by_size(
        truth, saved.read_detections('segm'), iou_type='segm'
    ) == evaluate_by_size(truth, masks, iou_type='segm')


def test_a_moved_folder_finds_the_ground_truth_in_it(make_coco, tmp_path):
    truth, boxes, _ = make_coco(1)
    inside = tmp_path / 'run/data/gt.json'
    inside.parent.mkdir(parents=True)
    inside.write_text(json.dumps(truth))
    save(tmp_path / 'run', truth, boxes, ground_truth_file=inside)
    shutil.move(tmp_path / 'run', tmp_path / 'elsewhere')
    assert read_saved_evaluation(tmp_path / 'elsewhere').read_ground_truth().images


def test_folders_without_an_evaluation_say_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r'no evaluation\.json: evaluate it with `res2net-mm test`'):
        read_saved_evaluation(tmp_path)
    (tmp_path / 'evaluation.json').write_text('{"form": 99}')
    with pytest.raises(UserError, match='has the form 99, this version reads 1'):
        read_saved_evaluation(tmp_path)
