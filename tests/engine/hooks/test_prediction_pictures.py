"""Pictures of the first predictions lie in the work directory after a test run."""

from types import SimpleNamespace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement, InstanceData, PixelData

from res2net_mm.engine import PredictionSheetHook
from res2net_mm.errors import UserError

META = dict(classes=('a', 'b'), palette=[(0, 0, 0), (255, 0, 0)])


def boxes(path):
    sample = BaseDataElement(metainfo=dict(img_path=str(path)))
    corners, labels = torch.tensor([[1.0, 1, 9, 9], [2, 2, 5, 5]]), torch.tensor([0, 1])
    sample.gt_instances = InstanceData(bboxes=corners, labels=labels)
    sample.pred_instances = InstanceData(
        bboxes=corners, labels=labels, scores=torch.tensor([0.9, 0.1])
    )
    return sample


def masks(path):
    sample = BaseDataElement(metainfo=dict(img_path=str(path)))
    sample.pred_sem_seg = PixelData(data=torch.ones(1, 20, 20, dtype=torch.long))
    return sample


@pytest.fixture
def runner(tmp_path):
    loader = SimpleNamespace(dataset=SimpleNamespace(metainfo=META))
    return SimpleNamespace(work_dir=tmp_path, rank=0, test_dataloader=loader, logger=Mock())


@pytest.mark.parametrize('make', [boxes, masks])
def test_as_many_as_are_asked_for_are_drawn(runner, tmp_path, make):
    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.zeros((20, 20, 3), np.uint8))
    hook = PredictionSheetHook(images=2)
    for _ in range(3):
        hook.after_test_iter(runner, 0, {}, [make(image)])
    assert len(hook.samples) == 2
    hook.after_test_epoch(runner)
    assert cv2.imread(str(tmp_path / 'predictions.png')) is not None
    assert hook.samples == []  # none of them in the next run
    assert 'first 2 predictions' in runner.logger.info.call_args.args[0]


def test_an_image_that_is_gone_is_named(runner, tmp_path):
    hook = PredictionSheetHook()
    hook.after_test_iter(runner, 0, {}, [boxes(tmp_path / 'gone.png')])
    with pytest.raises(UserError, match=r'gone\.png can no longer be read'):
        hook.after_test_epoch(runner)


def test_nothing_is_drawn_of_other_samples_or_by_other_processes(runner, tmp_path):
    hook = PredictionSheetHook()
    hook.after_test_iter(runner, 0, {}, [BaseDataElement()])
    hook.after_test_epoch(runner)
    runner.rank = 1
    hook.after_test_iter(runner, 0, {}, [boxes('any.png')])
    hook.after_test_epoch(runner)
    assert not (tmp_path / 'predictions.png').exists()
