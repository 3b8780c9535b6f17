import cv2
import numpy as np
import pytest
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope

from res2net_mm.apparent_size.zoomed_pipeline import check_zooms, zoomed_pipeline
from res2net_mm.errors import UserError

LOAD, PACK = dict(type='LoadImageFromFile'), dict(type='PackDetInputs')
FIT = dict(type='Resize', scale=(100, 100), keep_ratio=True)


@pytest.fixture(scope='module')
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp('picture') / 'p.png'
    cv2.imwrite(str(path), np.zeros((120, 200, 3), np.uint8))
    return path


@pytest.mark.parametrize('zoom', [0.5, 2, 3])
@pytest.mark.parametrize(
    ('steps', 'size'),
    [
        ([dict(type='Resize', scale=(400, 300), keep_ratio=True)], (240, 400)),
        ([dict(type='mmdet.Resize', scale=(100, 100), keep_ratio=False)], (100, 100)),
        ([dict(type='Resize', scale_factor=0.5, keep_ratio=True)], (60, 100)),
        ([dict(type='FixShapeResize', width=80, height=60, keep_ratio=False)], (60, 80)),
        ([dict(type='FixScaleResize', scale=(100, 60), keep_ratio=True)], (60, 100)),
        ([FIT, dict(type='Pad', size=(100, 100))], (100, 100)),
        ([], (120, 200)),
    ],
    ids=['ratio', 'shape', 'factor', 'fix-shape', 'fix-scale', 'pad', 'none'],
)  # fmt: skip
def test_the_network_gets_images_of_another_size(picture, steps, size, zoom):
    init_default_scope('mmdet')

    def run(pipeline):
        item = Compose(pipeline)(dict(img_path=str(picture), img_id=0))
        return item['inputs'].shape[-2:], item['data_samples'].metainfo

    plain = [LOAD, *steps, PACK]
    shape, meta = run(plain)
    assert tuple(shape) == size
    zoomed, seen = run(zoomed_pipeline(plain, zoom))
    assert tuple(zoomed) == (size[0] * zoom, size[1] * zoom)
    factors = np.array(meta.get('scale_factor', (1, 1)))
    assert np.allclose(seen['scale_factor'], factors * zoom)
    assert seen['ori_shape'] == (120, 200)


def test_zoom_1_leaves_the_steps_alone():
    steps = [LOAD, dict(type='Resize', scale=(1333, 800), keep_ratio=True), PACK]
    assert zoomed_pipeline(steps, 1) == steps


def test_the_factor_of_an_added_resize_is_packed():
    pack = dict(type='PackDetInputs', meta_keys=('img_id',))
    assert zoomed_pipeline([LOAD, pack], 2)[-1]['meta_keys'] == ('img_id', 'scale_factor')
    assert pack['meta_keys'] == ('img_id',)


@pytest.mark.parametrize('name', ['TestTimeAug', 'RandomChoiceResize', 'YOLOv5KeepRatioResize'])
def test_a_step_that_cannot_be_zoomed_is_named(name):
    with pytest.raises(UserError, match=f'step {name}, which cannot be zoomed'):
        zoomed_pipeline([LOAD, dict(type=name), PACK], 2)


def test_zooms_are_checked_and_sorted():
    assert check_zooms([2, 0.5, 2]) == (0.5, 2)
    for odd in ([], [0], [-1], [100], [float('nan')]):
        with pytest.raises(UserError, match='zooms= must be factors between 1/64 and 64'):
            check_zooms(odd)
