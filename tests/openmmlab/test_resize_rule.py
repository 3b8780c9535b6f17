import pytest
from mmengine.config import Config

from res2net_mm.openmmlab.resize_rule import resize_rule


def rule(**step):
    pipeline = [dict(type='LoadImageFromFile'), step, dict(type='Resize', scale=(1, 1))]
    return resize_rule(Config(dict(train_dataloader=dict(dataset=dict(pipeline=pipeline)))))


@pytest.mark.parametrize(
    ('step', 'expected', 'text'),
    [
        # of an image 400 px high and 600 px wide: what height and width are multiplied by
        (dict(scale=(1333, 800), keep_ratio=True), (2, 2), 'to fit into 1333x800 px'),
        (dict(scale=(900, 800), keep_ratio=True), (1.5, 1.5), 'to fit into 900x800 px'),
        (dict(scale=(300, 800)), (2, 0.5), 'to 300x800 px'),
        (dict(scale_factor=0.5), (0.5, 0.5), 'by 0.5 x 0.5'),
        (dict(scale_factor=(2.0, 0.5)), (0.5, 2), 'by 2 x 0.5'),
        (dict(type='FixShapeResize', width=300, height=200), (0.5, 0.5), 'to 300x200 px'),
        (
            dict(
                type='RandomChoiceResize',
                scales=[(9, 9), (1200, 800), (9999, 9999)],
                keep_ratio=True,
            ),
            (2, 2),
            'to fit into 1200x800 px (RandomChoiceResize, its middle)',
        ),
        (
            dict(type='RandomChoiceResize', scales=[100, 200, 300]),
            (0.5, 0.5),
            'to a shorter side of 200 px (RandomChoiceResize, its middle)',
        ),
        (
            dict(type='RandomResize', scale=(1200, 800), ratio_range=(0.5, 1.5), keep_ratio=True),
            (2, 2),
            'to fit into 1200x800 px (RandomResize, its middle)',
        ),
        (
            dict(type='mmdet.RandomResize', scale=[(1333, 640), (1333, 960)], keep_ratio=True),
            (2, 2),
            'to fit into 1333x800 px (RandomResize, its middle)',
        ),
    ],
)
def test_what_a_resize_does(step, expected, text):
    found = rule(**dict(dict(type='Resize'), **step))
    assert found.factors(400, 600) == pytest.approx(expected)
    assert found.text == text


def test_without_a_resize_there_is_no_rule():
    assert resize_rule(Config(dict(train_dataloader=dict(dataset=dict(pipeline=[]))))) is None
    assert resize_rule(Config(dict(model=dict()))) is None
