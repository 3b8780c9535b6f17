"""What is chosen to be explained, and what is said where there is nothing."""

import numpy as np
import pytest
import torch
from mmengine.structures import BaseDataElement, InstanceData, PixelData

from res2net_mm.errors import UserError
from res2net_mm.interpretability import choose_target

CLASSES = ('background', 'cat', 'dog')


def detection(logits):
    seen = InstanceData(
        scores=logits.sigmoid(),
        labels=torch.tensor([1, 2, 1]),
        bboxes=torch.arange(12.0).reshape(3, 4),
    )
    return BaseDataElement(pred_instances=seen)


def segmentation(logits):
    labels = logits.argmax(0, keepdim=True)
    return BaseDataElement(seg_logits=PixelData(data=logits), pred_sem_seg=PixelData(data=labels))


LOGITS = torch.tensor([0.5, 3.0, -1.0])


def test_the_score_of_boxes_is_the_sum_of_their_logits():
    x = LOGITS.clone().requires_grad_(True)
    target = choose_target(detection(LOGITS), CLASSES, top=2)
    assert target.text == 'dog 0.95, cat 0.62'
    np.testing.assert_array_equal(target.boxes, [[4, 5, 6, 7], [0, 1, 2, 3]])
    score = target.score(detection(x))
    torch.testing.assert_close(score, torch.tensor([3.5]), atol=1e-3, rtol=0)
    score.backward()
    torch.testing.assert_close(x.grad, torch.tensor([1.0, 1.0, 0.0]), atol=1e-3, rtol=0)


def test_a_class_named_is_the_class_explained():
    target = choose_target(detection(LOGITS), CLASSES, name='cat')
    assert target.text == 'cat 0.62'


def test_the_score_of_pixels_is_the_sum_of_their_logits():
    logits = torch.zeros(3, 2, 3)
    logits[0, :, :2] = 5  # four pixels of background
    logits[2, 0, 2] = logits[1, 1, 2] = 1
    logits[2, 1, 2] = 2
    target = choose_target(segmentation(logits), CLASSES)
    assert target.text == 'dog, 33.3% of pixels'
    assert target.pixels.tolist() == [[False, False, True]] * 2
    assert target.score(segmentation(logits)).item() == 3
    named = choose_target(segmentation(logits), CLASSES, name='background')
    assert named.score(segmentation(logits)).item() == 20
    with pytest.raises(UserError, match='no pixel is predicted as cat; predicted are: background'):
        choose_target(segmentation(logits), CLASSES, name='cat')


def test_a_classifier():
    sample = BaseDataElement()
    sample.set_field(torch.tensor([0.1, 0.7, 0.2]), 'pred_score')
    target = choose_target(sample, CLASSES)
    assert target.text == 'cat 0.70'
    torch.testing.assert_close(
        target.score(sample), torch.tensor([0.7 / 0.3]).log(), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        (dict(name='cow'), "'cow' is unknown; allowed: background, cat, dog"),
        (dict(threshold=0.99), 'no predicted box reaches the score 0.99: the highest is 0.95'),
        (dict(name='background'), 'of class background reaches the score 0.3: there is none'),
        (dict(top=0), 'top must be at least 1 box, got 0'),
    ],
)
def test_nothing_to_explain_is_one_error(options, reason):
    with pytest.raises(UserError, match=reason):
        choose_target(detection(LOGITS), CLASSES, **options)


def test_another_kind_of_model_is_refused():
    with pytest.raises(UserError, match='only detectors, semantic segmenters and classifiers'):
        choose_target(BaseDataElement(), CLASSES)
