"""Predictions are written as COCO results, label maps or panoptic files, and counted by size."""

import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement, PixelData
from pycocotools.coco import COCO

from res2net_mm.errors import UserError
from res2net_mm.prediction.results import (
    BoxResults,
    FoundBySize,
    LabelResults,
    PanopticResults,
    SaliencyResults,
    kind_of,
)
from res2net_mm.prediction.slices import Found


def test_a_saliency_map_is_a_grey_image_beside_the_label_map(tmp_path):
    sample = BaseDataElement()
    sample.seg_logits = PixelData(data=torch.tensor([[[0.0, 0.2, 1.0]]]))
    sample.pred_sem_seg = PixelData(data=torch.tensor([[[0.0, 0.0, 1.0]]]))
    assert kind_of(sample) is SaliencyResults
    results = SaliencyResults(tmp_path, ('background', 'salient object'))
    assert results.add('a.jpg', sample, None).tolist() == [[0, 0, 1]]
    grey = cv2.imread(str(tmp_path / 'saliency_maps/a.png'), cv2.IMREAD_UNCHANGED)
    assert grey.tolist() == [[0, 51, 255]]
    labels = cv2.imread(str(tmp_path / 'label_maps/a.png'), cv2.IMREAD_UNCHANGED)
    assert labels.tolist() == [[0, 0, 1]]
    sample.seg_logits = PixelData(data=torch.zeros(2, 1, 3))
    assert kind_of(sample) is LabelResults


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
    infos = results.entries[-1]['segments_info']
    assert sorted((i['category_id'] - 1, i['area']) for i in infos) == [(0, 4), (0, 8), (1, 8)]
    content = json.loads((tmp_path / 'panoptic.json').read_text())
    [annotation] = content['annotations']
    rgb = cv2.imread(str(tmp_path / 'panoptic' / annotation['file_name']))[..., ::-1].astype(int)
    ids = rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2]
    for info in annotation['segments_info']:
        assert (ids == info['id']).sum() == info['area']
    classes = [info['category_id'] for info in annotation['segments_info']]
    assert sorted(classes) == [1, 1, 2]


def test_a_model_of_another_task_is_refused():
    with pytest.raises(UserError, match='predicts pred_mask: neither boxes, label maps nor'):
        kind_of(dict(pred_mask=1))


def test_objects_are_counted_by_class_and_size_of_the_mask():
    sizes = FoundBySize(['cat', 'dog', 'bird'])
    boxes = np.array([[0, 0, 100, 100], [0, 0, 10, 10]], np.float32)
    objects = Found(boxes, np.ones(2, np.float32), np.array([0, 1]))
    sizes.add_objects(objects)
    masks = np.zeros((2, 100, 100), bool)
    masks[0, :50, :50] = masks[1, :1] = True
    sizes.add_objects(Found(boxes, np.ones(2, np.float32), np.array([0, 0]), masks))
    assert sizes.counts() == {
        'cat': dict(small=1, medium=1, large=1, all=3),
        'dog': dict(small=1, medium=0, large=0, all=1),
    }
    lines = sizes.table().splitlines()
    assert lines[2].split() == ['cat', '1', '1', '1', '3']
    assert lines[-1].split() == ['total', '2', '1', '1', '4']


def test_regions_are_counted_and_what_is_no_class_is_not():
    sizes = FoundBySize(['road', 'sky'])
    labels = np.full((200, 200), 255, np.uint8)
    labels[:100] = 1
    labels[150:160, :10] = labels[150:160, 50:60] = 0
    sizes.add_labels(labels)
    assert sizes.counts() == {
        'road': dict(small=2, medium=0, large=0, all=2),
        'sky': dict(small=0, medium=0, large=1, all=1),
    }


def test_nothing_found_is_a_table_without_rows():
    assert len(FoundBySize(['cat']).table().splitlines()) == 2
