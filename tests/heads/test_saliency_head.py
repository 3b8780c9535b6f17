"""What the heads share: losses, sizes, and their place in MMSegmentation's EncoderDecoder."""

import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.registry import MODELS, DefaultScope
from small_maps import CHANNELS
from torch.nn import functional as F

import res2net_mm  # noqa: F401  (registers the scope)
from res2net_mm.errors import UserError
from res2net_mm.heads import DSSHead, PoolNetHead

HEADS = {
    'DSSHead': lambda **more: DSSHead(
        CHANNELS, side_paths=((6, 7), (6, 5), (4, 5), (4, 5), (4, 3)), **more
    ),
    'PoolNetHead': lambda **more: PoolNetHead(CHANNELS, (4, 6, 6, 8), **more),
}
each = pytest.mark.parametrize('name', HEADS)


@each
def test_every_output_is_trained_on_the_summed_cross_entropy(name, features, samples):
    with DefaultScope.overwrite_default_scope('mmseg'):
        head = HEADS[name]()
    head.init_weights()
    losses = head.loss(features, samples, None)
    outputs = head.outputs(features)
    assert len(losses) == len(outputs) == (6 if name == 'DSSHead' else 1)
    for loss, output in zip(losses.values(), outputs, strict=True):
        logits = F.interpolate(output, size=(40, 52), mode='bilinear')[:, 0, :, :48]
        masks = torch.cat([s.gt_sem_seg.data for s in samples])[:, :, :48].float()
        expected = F.binary_cross_entropy_with_logits(logits, masks, reduction='sum')
        assert loss.item() == pytest.approx(expected.item(), rel=1e-5)
    sum(losses.values()).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in head.parameters())


@each
def test_a_prediction_has_the_size_of_the_padded_image(name, features):
    head = HEADS[name]()
    meta = dict(img_shape=(38, 50), pad_shape=(40, 52), ori_shape=(38, 50))
    assert head.predict(features, [meta] * 2, None).shape == (2, 1, 40, 52)
    window = dict(meta, img_shape=torch.Size((36, 44)))
    assert head.predict(features, [window] * 2, None).shape == (2, 1, 36, 44)


@each
def test_two_classes_and_no_other_number(name):
    assert HEADS[name](num_classes=2).out_channels == 1
    with pytest.raises(UserError, match=f'num_classes=3: a {name} tells salient pixels'):
        HEADS[name](num_classes=3)


@each
def test_a_segmenter_of_mmseg_predicts_a_map_and_labels(name):
    options = {
        'DSSHead': dict(side_paths=((6, 7), (6, 5), (4, 5), (4, 5), (4, 3))),
        'PoolNetHead': dict(channels=(4, 6, 6, 8)),
    }
    model = dict(
        type='EncoderDecoder',
        data_preprocessor=dict(type='SegDataPreProcessor', size_divisor=1),
        backbone=dict(
            type='res2net_mm.Res2Net', stage_blocks=(1, 1, 1, 1), base_channels=16, base_width=4
        ),
        decode_head=dict(
            type=f'res2net_mm.{name}', in_channels=(64, 128, 256, 512), threshold=0.4,
            **options[name],
        ),
        test_cfg=dict(mode='whole'),
    )  # fmt: skip
    with DefaultScope.overwrite_default_scope('mmseg'):
        built = MODELS.build(ConfigDict(model))
        built.init_weights()
        (sample,) = built.eval().predict(torch.randn(1, 3, 49, 70))
    saliency = sample.seg_logits.data
    assert saliency.shape == (1, 49, 70)
    assert 0 <= saliency.min() <= saliency.max() <= 1
    assert torch.equal(sample.pred_sem_seg.data, (saliency > 0.4).float())
