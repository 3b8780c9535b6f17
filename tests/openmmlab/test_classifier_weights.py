"""A published classifier's file gives the publisher's logits, whatever its dialect."""

import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.classifier_weights import in_names_of_model, is_classifier
from res2net_mm.openmmlab.data_only import load_from_res2net
from res2net_mm.openmmlab.trained_model import load_trained
from res2net_mm.presets import find

sys.path += [str(Path(__file__).parents[1] / part) for part in ('reference', 'checkpoints')]
import fill
from test_exactness import write

REFERENCES = [
    name
    for name in fill.references()
    if any(key in fill.reference(name)['layout'] for key in ('fc.weight', 'out.weight'))
]
QUICK = ('official.res2net50_v1b_26w_4s', 'official.res2net_dla60', 'paddle.Res2Net50_vd_26w_4s')


def classifier_config(preset: str, classes: int = 1000, channels: int | None = None) -> Config:
    backbone = f'res2net_mm.{find(preset).backbone}'
    channels = channels or (1024 if backbone.endswith('DLA') else 2048)
    model = dict(
        type='ImageClassifier',
        backbone=dict(type=backbone, preset=preset, out_indices=(3,)),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=classes, in_channels=channels),
    )
    names = tuple(map(str, range(classes)))
    dataset = dict(type='CustomDataset', metainfo=dict(classes=names), pipeline=[])
    loader = dict(dataset=dataset)
    return Config(dict(model=model, test_dataloader=loader, default_scope='mmpretrain'))


@pytest.mark.parametrize(
    'name', [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in REFERENCES]
)
def test_logits_are_the_publishers(name, tmp_path):
    reference = fill.reference(name)
    state = fill.fill(reference['layout'])
    write(tmp_path / 'weights', state, reference['dialect'])
    model, _ = load_trained(classifier_config(reference['variant']), tmp_path / 'weights')
    model.double()
    images = fill.image(reference['input_shape']).double()
    with torch.no_grad():
        pooled = model.backbone(images)[-1].mean((2, 3))
        logits = model(images)
    if 'out.weight' in state:  # Paddle's matrix is (inputs, classes)
        expected = pooled @ state['out.weight'].double() + state['out.bias'].double()
    else:  # DLA's is a 1x1 convolution
        expected = nn.functional.conv2d(
            pooled[..., None, None],
            state['fc.weight'].double().reshape(1000, -1, 1, 1),
            state['fc.bias'].double(),
        ).flatten(1)
    assert torch.allclose(logits, expected, rtol=1e-9, atol=1e-9)
    published = reference.get('logits_first10')
    if published is not None:
        first = torch.tensor(published, dtype=torch.float64).flatten()
        assert (logits[0, :10] - first).abs().max() < 1e-8 * first.abs().max()
    rule = 'dla' if 'dla' in name else 'paddle' if 'paddle' in name else 'official'
    assert model.backbone.block_rule == rule


def test_a_whole_model_is_left_as_it_is():
    cfg = classifier_config('res2net_light_14w_4s', 3, 1024)
    model = MODELS.build(dict(cfg.model, _scope_='mmpretrain'))
    assert is_classifier(model)
    checkpoint = dict(state_dict=model.state_dict(), meta=dict(epoch=1))
    assert in_names_of_model(model, checkpoint, 'file') is checkpoint


def test_models_without_a_linear_head_are_not_looked_at():
    checkpoint = {'anything': torch.zeros(1)}
    assert in_names_of_model(nn.Linear(1, 1), checkpoint, 'file') is checkpoint


def test_another_number_of_classes_is_refused(tmp_path):
    reference = fill.reference('official.res2net50_26w_4s')
    write(tmp_path / 'weights', fill.fill(reference['layout']), 'official')
    cfg = classifier_config('res2net50_26w_4s', 10)
    with pytest.raises(UserError, match=r'head\.fc\.weight is \(1000, 2048\), not \(10, 2048\)'):
        load_trained(cfg, tmp_path / 'weights')


def test_what_mmengine_reads_of_a_preset_fits_the_head_too(tmp_path):
    network = MODELS.build(dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s'))
    last = {'fc.weight': torch.rand(3, 1024), 'fc.bias': torch.rand(3)}
    torch.save({**network.state_dict(), **last}, tmp_path / 'weights.pth')
    cfg = classifier_config('res2net_light_14w_4s', 3, 1024)
    model = MODELS.build(dict(cfg.model, _scope_='mmpretrain'))
    found = load_from_res2net(str(tmp_path / 'weights.pth'))
    model.load_state_dict(in_names_of_model(model, found, 'file')['state_dict'], strict=True)
    assert torch.equal(model.head.fc.weight, last['fc.weight'])
    assert torch.equal(model.backbone.layer4[0].conv1.weight, network.layer4[0].conv1.weight)
