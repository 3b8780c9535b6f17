"""An exported file is evaluated as a model is: in px of the images on disk."""

import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample
from mmseg.structures import SegDataSample

from res2net_mm.deploy.export import files
from res2net_mm.deploy.export.exported_model import ExportedModel


class Fake:
    """An exported file that finds two things in whatever it gets."""

    def __init__(self, task: str) -> None:
        self.metadata = dict(task=task)

    def __call__(self, image):
        if self.metadata['task'] == 'segmentation':
            return dict(labels=np.arange(4).repeat(2).reshape(1, 4, 2).astype(np.int64))
        if self.metadata['task'] == 'classification':
            return dict(scores=np.array([[0.1, 0.7, 0.2]], np.float32))
        boxes = np.array([[[2, 4, 6, 8], [0, 0, 0, 0]]], np.float32)
        return dict(boxes=boxes, scores=np.array([[0.5, 0]]), labels=np.array([[3, -1]]))


def test_boxes_go_back_to_the_image_on_disk(monkeypatch):
    monkeypatch.setattr(files, 'open_exported', lambda file: Fake('detection'))
    sample = DetDataSample(metainfo=dict(scale_factor=(2.0, 4.0)))
    image = torch.zeros(3, 8, 8, dtype=torch.uint8)
    (found,) = ExportedModel(file='x').test_step(dict(inputs=[image], data_samples=[sample]))
    assert found.pred_instances.bboxes.tolist() == [[1, 1, 3, 2]]
    assert found.pred_instances.labels.tolist() == [3]


def test_labels_go_back_to_the_image_on_disk(monkeypatch):
    monkeypatch.setattr(files, 'open_exported', lambda file: Fake('segmentation'))
    sample = SegDataSample(metainfo=dict(ori_shape=(8, 6)))
    image = torch.zeros(3, 4, 2, dtype=torch.uint8)
    (found,) = ExportedModel(file='x').test_step(dict(inputs=[image], data_samples=[sample]))
    labels = found.pred_sem_seg.data
    assert labels.shape == (1, 8, 6)
    assert labels[0, :, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_scores_of_the_classes(monkeypatch):
    monkeypatch.setattr(files, 'open_exported', lambda file: Fake('classification'))
    images = torch.zeros(2, 3, 8, 8, dtype=torch.uint8)  # MMPretrain's loaders stack images
    samples = [DataSample(), DataSample()]
    found = ExportedModel(file='x').test_step(dict(inputs=images, data_samples=samples))
    assert [sample.pred_label.tolist() for sample in found] == [[1], [1]]
    assert found[0].pred_score.tolist() == pytest.approx([0.1, 0.7, 0.2])


def test_it_is_found_by_its_name():
    assert MODELS.get('res2net_mm.ExportedModel') is ExportedModel
