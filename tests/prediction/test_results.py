import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from pycocotools.coco import COCO

from res2net_mm.errors import UserError
from res2net_mm.prediction.results import BoxResults, LabelResults, PanopticResults, kind_of
from res2net_mm.prediction.slices import Found


def test_boxes_are_a_results_file_that_coco_loads(tmp_path):
    results = BoxResults(tmp_path, ('cat', 'dog'))
    masks = np.zeros((1, 20, 30), bool)
    masks[0, 5:10, 5:15] = True
    boxes = np.array([[5, 5, 15, 10]], np.float32)
    results.add('a.jpg', (20, 30), Found(boxes[:0], np.zeros(0), np.zeros(0, int)))
    results.add('sub/b.jpg', (20, 30), Found(boxes, np.array([0.5]), np.array([1]), masks))
    results.finish()
    images = json.loads((tmp_path / 'images.json').read_text())
    assert [image['file_name'] for image in images['images']] == ['a.jpg', 'sub/b.jpg']
    coco = COCO(tmp_path / 'images.json')
    loaded = coco.loadRes(str(tmp_path / 'predictions.json'))
    [entry] = loaded.dataset['annotations']
    assert (entry['image_id'], entry['category_id'], entry['score']) == (2, 2, 0.5)
    assert coco.cats[2]['name'] == 'dog'
    assert loaded.annToMask(entry).astype(bool).tolist() == masks[0].tolist()


def test_label_maps_hold_class_indices_and_only_the_chosen_ones(tmp_path):
    labels = torch.arange(3).repeat(4, 2)[None]  # (1, 4, 6)
    sample = SimpleNamespace(pred_sem_seg=SimpleNamespace(data=labels))
    results = LabelResults(tmp_path, ('a', 'b', 'c'))
    results.add('x/y.jpg', sample, None)
    written = cv2.imread(str(tmp_path / 'label_maps/x/y.png'), cv2.IMREAD_UNCHANGED)
    assert (written == labels[0].numpy()).all()
    kept = results.add('z.jpg', sample, [1])
    assert sorted(np.unique(kept)) == [1, 255]


def test_panoptic_segments_are_ids_in_colours_and_their_classes(tmp_path):
    segments = torch.zeros(1, 4, 6, dtype=torch.long)
    segments[0, :, :2] = 1  # class 1
    segments[0, :, 2:4] = 1000  # class 0, another instance
    segments[0, :, 5] = 2  # no class
    sample = SimpleNamespace(pred_panoptic_seg=SimpleNamespace(sem_seg=segments))
    results = PanopticResults(tmp_path, ('thing', 'stuff'))
    labels, edges = results.add('p.jpg', sample, None)
    results.finish()
    assert labels[0].tolist() == [1, 1, 0, 0, 0, 2]
    assert edges[0].tolist() == [False, False, True, False, True, True]
    assert {k: v.tolist() for k, v in results.last_areas.items()} == {0: [4, 8], 1: [8]}
    content = json.loads((tmp_path / 'panoptic.json').read_text())
    [annotation] = content['annotations']
    rgb = cv2.imread(str(tmp_path / 'panoptic' / annotation['file_name']))[..., ::-1].astype(int)
    ids = rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2]
    for info in annotation['segments_info']:
        assert (ids == info['id']).sum() == info['area']
    classes = [info['category_id'] for info in annotation['segments_info']]
    assert sorted(classes) == [1, 1, 2]


def test_a_model_of_another_task_is_refused():
    with pytest.raises(UserError, match='predicts pred_score: neither boxes nor label maps'):
        kind_of(dict(pred_score=1))
