"""Pixels are prepared as the toolboxes do it; a subclass that computes otherwise is refused."""

import pytest
import torch
from mmdet.models.data_preprocessors import DetDataPreprocessor
from mmseg.models import SegDataPreProcessor
from mmseg.structures import SegDataSample

from res2net_mm.deploy.export.models.exportable import Pixels, require_own_methods_of
from res2net_mm.errors import UserError


class Head:
    def predict(self):
        return 1

    def loss(self):
        return 0


class OtherLoss(Head):
    def loss(self):
        return 2


class OtherPredict(Head):
    def predict(self):
        return 3


def test_only_the_methods_that_the_export_replaces_count():
    require_own_methods_of(Head, OtherLoss(), 'head', 'predict')
    with pytest.raises(
        UserError, match=r'^head OtherPredict cannot .* overrides predict\(\) of Head'
    ):
        require_own_methods_of(Head, OtherPredict(), 'head', 'predict')
    with pytest.raises(UserError, match=r'^head int cannot be exported: it is not a Head'):
        require_own_methods_of(Head, 1, 'head')


NORM = dict(mean=[1.0, 2.0, 3.0], std=[10.0, 20.0, 30.0])


@pytest.fixture
def image():
    return torch.randint(0, 256, (1, 3, 33, 40), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize('bgr_to_rgb', [False, True])
def test_as_mmdet(bgr_to_rgb, image):
    theirs = DetDataPreprocessor(
        **NORM, bgr_to_rgb=bgr_to_rgb, pad_size_divisor=32, pad_value=7
    ).eval()
    pixels = Pixels(theirs)
    expected = theirs(dict(inputs=[image[0]], data_samples=None), False)['inputs']
    torch.testing.assert_close(pixels(image.float()), expected)
    assert pixels.describe() == dict(
        **NORM, order_normalised='rgb' if bgr_to_rgb else 'bgr', padded_to_multiple_of=32
    )


@pytest.mark.parametrize('to_rgb', [False, True])
def test_as_mmpretrain(to_rgb, image):
    from mmpretrain.models import ClsDataPreprocessor

    theirs = ClsDataPreprocessor(**NORM, to_rgb=to_rgb, pad_size_divisor=32, pad_value=7).eval()
    pixels = Pixels(theirs)
    expected = theirs(dict(inputs=[image[0]], data_samples=None), False)['inputs']
    torch.testing.assert_close(pixels(image.float()), expected)
    assert pixels.describe()['padded_to_multiple_of'] == 32


def test_as_mmseg(image):
    theirs = SegDataPreProcessor(
        **NORM, bgr_to_rgb=True, test_cfg=dict(size_divisor=16), pad_val=5, seg_pad_val=255
    ).eval()
    sample = SegDataSample(metainfo=dict(img_shape=(33, 40)))
    expected = theirs(dict(inputs=[image[0]], data_samples=[sample]), False)['inputs']
    torch.testing.assert_close(Pixels(theirs)(image.float()), expected)


def test_what_is_refused():
    with pytest.raises(UserError, match='data_preprocessor Linear cannot be exported: allowed: '):
        Pixels(torch.nn.Linear(1, 1))
    fixed = SegDataPreProcessor(**NORM, test_cfg=dict(size=(64, 64)))
    with pytest.raises(UserError, match=r'test_cfg size=\(64, 64\) cannot be exported'):
        Pixels(fixed)
