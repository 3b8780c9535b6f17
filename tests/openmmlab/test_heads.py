"""The classes in the heads of a model's config."""

import pytest

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.heads import class_counts, set_class_count, set_segmentation_heads


def test_class_weights_follow_the_classes():
    model = dict(head=dict(num_classes=4, loss_cls=dict(class_weight=[1.0] * 4 + [0.1])))
    assert set_class_count(model, 2) == ['model.head.num_classes: 4 -> 2']
    assert model['head']['loss_cls']['class_weight'] == [1.0, 1.0, 0.1]
    assert set_class_count(model, 2) == []


def test_weights_that_tell_classes_apart_go_with_the_classes():
    losses = [dict(class_weight=[1.0, 2.0]), dict(class_weight=None)]
    model = dict(head=dict(num_classes=2, loss_decode=losses))
    changes = set_class_count(model, 3)
    assert changes[1].startswith('model.head.loss_decode.class_weight: taken out')
    assert model['head']['loss_decode'] == [{}, dict(class_weight=None)]


def test_a_model_without_heads_is_refused():
    with pytest.raises(UserError, match='no head with num_classes'):
        set_class_count(dict(type='Thing', backbone=dict(num_classes=1000)), 3)


def test_counts_are_told_by_their_place():
    model = dict(
        backbone=dict(num_classes=1000),
        roi_head=dict(bbox_head=[dict(num_classes=4), dict(num_classes=5)]),
    )
    assert class_counts(model) == {
        'model.roi_head.bbox_head[0].num_classes': 4,
        'model.roi_head.bbox_head[1].num_classes': 5,
    }
    model['roi_head']['bbox_head'][1]['num_classes'] = True
    with pytest.raises(UserError, match=r'bbox_head\[1\].num_classes=True must be'):
        class_counts(model)


def test_heads_of_a_segmenter_leave_a_label_out():
    loss = dict(type='OhemCrossEntropy', ignore_label=255)
    model = dict(
        decode_head=dict(type='FCNHead', num_classes=2, out_channels=1, loss_decode=loss),
        auxiliary_head=[dict(type='FCNHead', num_classes=2, ignore_index=9)],
        data_preprocessor=dict(seg_pad_val=255),
    )
    changes = set_segmentation_heads(model, 3, 9)
    assert model['decode_head']['out_channels'] == model['decode_head']['num_classes'] == 3
    assert model['decode_head']['ignore_index'] == loss['ignore_label'] == 9
    assert model['data_preprocessor']['seg_pad_val'] == 9
    assert changes[-1] == 'decode_head (FCNHead): ignore_index -> 9'
