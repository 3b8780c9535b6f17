"""A picture for each image of a classifier's test set; those of one name are all kept."""

from types import SimpleNamespace
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement

from res2net_mm.engine import AnswerPictureHook, PredictionSheetHook
from res2net_mm.errors import UserError

CLASSES = ('cat', 'dog')


def sample(path, label=None):
    element = BaseDataElement(metainfo=dict(img_path=str(path)))
    element.pred_score = torch.tensor([0.3, 0.7])
    if label is not None:
        element.gt_label = torch.tensor([label])
    return element


@pytest.fixture
def runner(tmp_path):
    loader = SimpleNamespace(dataset=SimpleNamespace(metainfo=dict(classes=CLASSES)))
    return SimpleNamespace(work_dir=tmp_path, rank=0, test_dataloader=loader, logger=Mock())


def image(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.zeros((20, 20, 3), np.uint8))
    return path


def test_images_of_one_name_do_not_overwrite_each_other(runner, tmp_path):
    hook = AnswerPictureHook(str(tmp_path / 'out'))
    for folder, label in (('a/cat', 0), ('b/cat', 0), ('a/dog', 1), ('a/new', None)):
        hook.after_test_iter(runner, 0, {}, [sample(image(tmp_path / folder / '1.jpg'), label)])
    hook.after_test_epoch(runner)
    written = {str(p.relative_to(tmp_path / 'out')) for p in (tmp_path / 'out').rglob('*.png')}
    assert written == {'cat/1.png', 'cat/1_2.png', 'dog/1.png', '1.png'}


def test_the_sheet_shows_answers(runner, tmp_path):
    hook = PredictionSheetHook(images=2)
    hook.after_test_iter(runner, 0, {}, [sample(image(tmp_path / '1.jpg'), 0)] * 3)
    hook.after_test_epoch(runner)
    assert cv2.imread(str(tmp_path / 'predictions.png')) is not None


def test_an_image_that_is_gone_is_one_error(runner, tmp_path):
    with pytest.raises(UserError, match='can no longer be read'):
        AnswerPictureHook(str(tmp_path)).after_test_iter(
            runner, 0, {}, [sample(tmp_path / 'gone.jpg')]
        )
